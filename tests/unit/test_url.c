/* URLs and addresses of options and device paths, as people and firmware write them. */
#include "lib/base/url.h"
#include "tests/unit/support/unit.h"

static struct text_slice slice(const char *text)
{
	return (struct text_slice){ text, strlen(text) };
}

/* From a block without a byte behind it, so that the sanitizer sees who reads there. */
static const char *parse(const char *text, struct url *url)
{
	const size_t length = strlen(text);
	char *const exact = malloc(length == 0 ? 1 : length);
	const char *problem;

	assert_non_null(exact);
	memcpy(exact, text, length);
	problem = url_parse((struct text_slice){ exact, length }, url);
	free(exact);
	return problem;
}

TEST(scheme_host_port_and_path)
{
	struct url url;

	assert_null(parse("http://192.0.2.1:8080/runs/here", &url));
	assert_int_equal(url.scheme, URL_HTTP);
	assert_string_equal(url.host, "192.0.2.1");
	assert_true(url.is_address);
	assert_memory_equal(url.address, "\300\0\2\1", 4);
	assert_int_equal(url.port, 8080);
	assert_string_equal(url.path, "/runs/here/");
}

TEST(what_is_left_out_is_that_of_the_scheme)
{
	struct url url;

	assert_null(parse("https://lab.example", &url));
	assert_int_equal(url.port, 443);
	assert_false(url.is_address);
	assert_string_equal(url.path, "/");
	assert_null(parse("http://h:/", &url));
	assert_int_equal(url.port, 80);
	assert_string_equal(url.path, "/");
	assert_null(parse("https://h/a/", &url));
	assert_string_equal(url.path, "/a/");
	assert_string_equal(url_scheme_text(url.scheme), "https://");
}

TEST(what_is_no_such_url_is_refused)
{
	struct url url;

	assert_string_equal(parse("ftp://h/", &url),
	                    "none of http://, https://, tftp://");
	assert_string_equal(parse("http:/", &url),
	                    "none of http://, https://, tftp://");
	assert_string_equal(parse("", &url), "none of http://, https://, tftp://");
	assert_string_equal(parse("http://", &url), "no host");
	assert_string_equal(parse("http:///x", &url), "no host");
	assert_string_equal(parse("http://me@h/", &url), "no host");
	assert_string_equal(parse("http://[fe80::1]/", &url),
	                    "IPv6 is not supported: write an IPv4 address");
	assert_string_equal(parse("https://[::1]:8443", &url),
	                    "IPv6 is not supported: write an IPv4 address");
	assert_string_equal(parse("http://fe80::1/", &url), "no such port");
	assert_string_equal(parse("http://h/a b", &url),
	                    "a character that is not allowed");
	assert_string_equal(parse("http://h/a?b", &url),
	                    "a character that is not allowed");
	assert_string_equal(parse("http://h:0/", &url), "no such port");
	assert_string_equal(parse("http://h:65536/", &url), "no such port");
	assert_string_equal(parse("http://h:x/", &url), "no such port");
}

TEST(a_tftp_server_is_given_by_its_address)
{
	struct url url;

	assert_null(parse("tftp://192.0.2.1/results", &url));
	assert_int_equal(url.scheme, URL_TFTP);
	assert_int_equal(url.port, 69);
	assert_string_equal(url.path, "/results/");
	assert_string_equal(parse("tftp://lab.example/", &url),
	                    "TFTP needs the server's address, not its name");
}

TEST(the_longest_host_and_path_fit)
{
	char text[3 * URL_TEXT] = "http://";
	struct url url;

	memset(text + 7, 'h', URL_TEXT - 1);
	assert_null(parse(text, &url));
	assert_int_equal(strlen(url.host), URL_TEXT - 1);
	memset(text + 7, 'h', URL_TEXT);
	assert_string_equal(parse(text, &url), "no host");

	memset(text, 0, sizeof text);
	memcpy(text, "http://h/", 9);
	memset(text + 9, 'p', URL_TEXT - 3);
	assert_null(parse(text, &url));
	assert_int_equal(strlen(url.path), URL_TEXT - 1);
	text[9 + URL_TEXT - 3] = 'p';
	assert_string_equal(parse(text, &url), "too long");
	text[9 + URL_TEXT - 3] = '/';
	assert_null(parse(text, &url));
}

TEST(addresses)
{
	uint8_t address[URL_ADDRESS];

	assert_true(url_parse_address(slice("0.10.200.255"), address));
	assert_memory_equal(address, "\0\12\310\377", 4);
	assert_false(url_parse_address(slice("1.2.3"), address));
	assert_false(url_parse_address(slice("1.2.3.4.5"), address));
	assert_false(url_parse_address(slice("1.2.3.4."), address));
	assert_false(url_parse_address(slice("1.2.3.256"), address));
	assert_false(url_parse_address(slice("1.2.3.0x1"), address));
	assert_false(url_parse_address(slice("1..2.3"), address));
	assert_false(url_parse_address(slice("1.2.3.0004"), address));
	assert_false(url_parse_address(slice(""), address));
}

TEST(subnets)
{
	uint8_t address[URL_ADDRESS];
	uint8_t mask[URL_ADDRESS];

	assert_true(url_parse_subnet(slice("10.0.0.5/20"), address, mask));
	assert_memory_equal(address, "\12\0\0\5", 4);
	assert_memory_equal(mask, "\377\377\360\0", 4);
	assert_true(url_parse_subnet(slice("10.0.0.5/1"), address, mask));
	assert_memory_equal(mask, "\200\0\0\0", 4);
	assert_true(url_parse_subnet(slice("10.0.0.5/30"), address, mask));
	assert_memory_equal(mask, "\377\377\377\374", 4);
	assert_false(url_parse_subnet(slice("10.0.0.5/31"), address, mask));
	assert_false(url_parse_subnet(slice("10.0.0.5/0"), address, mask));
	assert_false(url_parse_subnet(slice("10.0.0.5"), address, mask));
	assert_false(url_parse_subnet(slice("10.0.0/8"), address, mask));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scheme_host_port_and_path),
		cmocka_unit_test(what_is_left_out_is_that_of_the_scheme),
		cmocka_unit_test(what_is_no_such_url_is_refused),
		cmocka_unit_test(a_tftp_server_is_given_by_its_address),
		cmocka_unit_test(the_longest_host_and_path_fit),
		cmocka_unit_test(addresses),
		cmocka_unit_test(subnets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
