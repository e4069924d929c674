#include "efi/network/http_server.h"

#include "efi/firmware/own_image.h"
#include "efi/network/http.h"
#include "lib/base/line.h"

#define URI_CHARS (2 * URL_TEXT)

#define NOT_FOUND_CODE 404u

/* Without the name of the file: up to the last slash of the path, if there is one. */
static struct text_slice folder_of(const char *uri)
{
	const size_t length = text_length(uri);
	size_t end = length;

	while (end != 0 && uri[end - 1] != '/')
		end--;
	if (end < 2 || uri[end - 2] == '/')
		end = length;
	return (struct text_slice){ uri, end };
}

bool http_server_url(const struct firmware *firmware, struct url *url)
{
	char uri[URI_CHARS];
	struct own_image own;

	own_image_read(firmware, &own);
	return device_path_uri(own.device, uri, sizeof uri) &&
	       url_parse(folder_of(uri), url) == NULL;
}

static EFI_STATUS read_file(const struct route *route, const struct url *url,
                            const char *name, void *to, UINTN *bytes)
{
	char path[2 * URL_TEXT];
	struct http_answer answer;

	format_text(path, sizeof path, "%s%s", url->path, name);
	answer = http_get(route, url, path, to, bytes);
	if (EFI_ERROR(answer.status) || http_is_done(&answer))
		return answer.status;
	return answer.code == NOT_FOUND_CODE ? EFI_NOT_FOUND : EFI_ACCESS_DENIED;
}

/*
 * The address that the firmware had while it booted, lest DHCP be asked anew: that
 * changes the policy, which EDK II keeps in a variable.
 */
static struct station station_of_boot(const struct firmware *firmware)
{
	struct station station = { 0 };
	struct own_image own;

	own_image_read(firmware, &own);
	station.is_set = device_path_ipv4(own.device, station.address, station.mask);
	return station;
}

EFI_STATUS http_server_read(const struct firmware *firmware, const char *name, void *to,
                            UINTN *bytes)
{
	const struct station station = station_of_boot(firmware);
	struct route route;
	struct url url;
	EFI_STATUS status;

	if (!http_server_url(firmware, &url))
		return EFI_NOT_FOUND;
	if (route_open(firmware, &station, &url, &route) != NULL)
		return EFI_NO_RESPONSE;
	status = read_file(&route, &url, name, to, bytes);
	route_close(&route);
	return status;
}
