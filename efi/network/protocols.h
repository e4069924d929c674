#pragma once
/*
 * The protocols of the network stack, as far as they are called: gnu-efi has not all of
 * them.  Names are those of UEFI 2.10; of "This" no structure is needed.
 */
#include <efi.h>

#include <stdbool.h>
#include <stdint.h>

#define SERVICE_BINDING_GUID_HTTP                                                      \
	{                                                                              \
		0xbdc8e6af, 0xd9bc, 0x4379,                                            \
		{                                                                      \
			0xa7, 0x2a, 0xe0, 0xc4, 0xe7, 0x5d, 0xae, 0x1c                 \
		}                                                                      \
	}
#define HTTP_GUID                                                                      \
	{                                                                              \
		0x7a59b29b, 0x910b, 0x4171,                                            \
		{                                                                      \
			0x82, 0x42, 0xa8, 0x5a, 0x0d, 0xf2, 0x5b, 0x5b                 \
		}                                                                      \
	}
#define SERVICE_BINDING_GUID_TCP4                                                      \
	{                                                                              \
		0x00720665, 0x67eb, 0x4a99,                                            \
		{                                                                      \
			0xba, 0xf7, 0xd3, 0xc3, 0x3a, 0x1c, 0x7c, 0xc9                 \
		}                                                                      \
	}
#define TCP4_GUID                                                                      \
	{                                                                              \
		0x65530bc7, 0xa359, 0x410f,                                            \
		{                                                                      \
			0xb0, 0x10, 0x5a, 0xad, 0xc7, 0xec, 0x2b, 0x62                 \
		}                                                                      \
	}
#define SERVICE_BINDING_GUID_MTFTP4                                                    \
	{                                                                              \
		0x2fe800be, 0x8f01, 0x4aa6,                                            \
		{                                                                      \
			0x94, 0x6b, 0xd7, 0x13, 0x88, 0xe1, 0x83, 0x3f                 \
		}                                                                      \
	}
#define MTFTP4_GUID                                                                    \
	{                                                                              \
		0x78247c57, 0x63db, 0x4708,                                            \
		{                                                                      \
			0x99, 0xc2, 0xa8, 0xb4, 0xa9, 0xa6, 0x1f, 0x6b                 \
		}                                                                      \
	}
#define IP4_CONFIG2_GUID                                                               \
	{                                                                              \
		0x5b446ed1, 0xe30b, 0x4faa,                                            \
		{                                                                      \
			0x87, 0x1a, 0x36, 0x54, 0xec, 0xa3, 0x60, 0x80                 \
		}                                                                      \
	}

/* 11.6 "EFI Service Binding Protocol". */
struct service_binding {
	EFI_STATUS(EFIAPI *create_child)(void *this, EFI_HANDLE *child);
	EFI_STATUS(EFIAPI *destroy_child)(void *this, EFI_HANDLE child);
};

/* 28.5 "EFI IPv4 Configuration II Protocol". */
enum ip4_config2_type { IP4_INTERFACE_INFO, IP4_POLICY };
enum ip4_policy { IP4_STATIC, IP4_DHCP };

struct ip4_interface_info {
	CHAR16 name[32];
	UINT8 type;
	UINT32 hardware_bytes;
	EFI_MAC_ADDRESS hardware;
	EFI_IPv4_ADDRESS station;
	EFI_IPv4_ADDRESS mask;
	UINT32 routes;
	void *route_table;
};

struct ip4_config2 {
	EFI_STATUS(EFIAPI *set_data)
	(void *this, enum ip4_config2_type type, UINTN bytes, void *data);
	EFI_STATUS(EFIAPI *get_data)
	(void *this, enum ip4_config2_type type, UINTN *bytes, void *data);
	void *register_notify, *unregister_notify;
};

/* 28.1.4 "EFI TCPv4 Protocol". */
struct tcp4_config {
	UINT8 type_of_service;
	UINT8 time_to_live;
	struct {
		BOOLEAN use_default;
		EFI_IPv4_ADDRESS station;
		EFI_IPv4_ADDRESS mask;
		UINT16 station_port;
		EFI_IPv4_ADDRESS remote;
		UINT16 remote_port;
		BOOLEAN is_active;
	} access;
	void *options;
};

struct tcp4_token {
	EFI_EVENT event;
	EFI_STATUS status;
};

struct tcp4 {
	void *get_mode_data;
	EFI_STATUS(EFIAPI *configure)(void *this, struct tcp4_config *config);
	void *routes;
	EFI_STATUS(EFIAPI *connect)(void *this, struct tcp4_token *token);
	void *accept, *transmit, *receive, *close;
	EFI_STATUS(EFIAPI *cancel)(void *this, void *token);
	EFI_STATUS(EFIAPI *poll)(void *this);
};

/* 30.3 "EFI MTFTPv4 Protocol". */
struct mtftp4_config {
	BOOLEAN use_default;
	EFI_IPv4_ADDRESS station;
	EFI_IPv4_ADDRESS mask;
	UINT16 station_port;
	EFI_IPv4_ADDRESS gateway;
	EFI_IPv4_ADDRESS server;
	UINT16 server_port;
	UINT16 tries;
	UINT16 timeout_s;
};

struct mtftp4_option {
	CHAR8 *name;
	CHAR8 *value;
};

struct mtftp4_token {
	EFI_STATUS status;
	EFI_EVENT event;
	void *override;
	CHAR8 *name;
	CHAR8 *mode; /* NULL: octet */
	UINT32 option_count;
	struct mtftp4_option *options;
	UINT64 bytes;
	void *buffer;
	void *context;
	void *check_packet, *timeout, *packet_needed;
};

struct mtftp4 {
	void *get_mode_data;
	EFI_STATUS(EFIAPI *configure)(void *this, struct mtftp4_config *config);
	void *get_info, *parse_options;
	EFI_STATUS(EFIAPI *read_file)(void *this, struct mtftp4_token *token);
	EFI_STATUS(EFIAPI *write_file)(void *this, struct mtftp4_token *token);
	void *read_directory;
	EFI_STATUS(EFIAPI *poll)(void *this);
};

/* 29.6 "EFI HTTP Protocols". */
enum http_version { HTTP_1_0, HTTP_1_1 };
enum http_method { HTTP_GET = 0, HTTP_PUT = 6 };

struct http_access {
	BOOLEAN use_default;
	EFI_IPv4_ADDRESS station;
	EFI_IPv4_ADDRESS mask;
	UINT16 port;
};

struct http_config {
	enum http_version version;
	UINT32 timeout_ms;
	BOOLEAN is_ipv6;
	struct http_access *access;
};

struct http_request {
	enum http_method method;
	CHAR16 *url;
};

struct http_response {
	UINT32 code; /* an enumeration, not the number in the answer */
};

struct http_header {
	CHAR8 *name;
	CHAR8 *value;
};

struct http_message {
	union {
		struct http_request *request;
		struct http_response *response;
	} data;
	UINTN header_count;
	struct http_header *headers;
	UINTN body_bytes;
	void *body;
};

struct http_token {
	EFI_EVENT event;
	EFI_STATUS status;
	struct http_message *message;
};

struct http {
	void *get_mode_data;
	EFI_STATUS(EFIAPI *configure)(void *this, struct http_config *config);
	EFI_STATUS(EFIAPI *request)(void *this, struct http_token *token);
	EFI_STATUS(EFIAPI *cancel)(void *this, struct http_token *token);
	EFI_STATUS(EFIAPI *response)(void *this, struct http_token *token);
	EFI_STATUS(EFIAPI *poll)(void *this);
};

/* Appendix D "Status Codes", where gnu-efi has other numbers or none. */
#define NETWORK_TFTP_ERROR EFIERR(23)
#define NETWORK_HTTP_ERROR EFIERR(35)
#define NETWORK_PORT_UNREACHABLE EFIERR(103)
#define NETWORK_CONNECTION_FIN EFIERR(104)
#define NETWORK_CONNECTION_RESET EFIERR(105)
#define NETWORK_CONNECTION_REFUSED EFIERR(106)
