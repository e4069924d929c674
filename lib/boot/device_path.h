#pragma once
/*
 * Device paths of the firmware (UEFI 2.10 10.3 "Device Path Nodes"): nodes of a type, a
 * subtype and a length, up to an end node.  Their bytes are never trusted.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum device_path_type {
	DEVICE_PATH_MESSAGING = 3,
	DEVICE_PATH_MEDIA = 4,
	DEVICE_PATH_BBS = 5,
	DEVICE_PATH_END = 0x7f,
};

enum device_path_messaging {
	DEVICE_PATH_USB = 5,
	DEVICE_PATH_VENDOR_MESSAGE = 10,
	DEVICE_PATH_MAC = 11,
	DEVICE_PATH_IPV4 = 12,
	DEVICE_PATH_USB_CLASS = 15,
	DEVICE_PATH_USB_WWID = 16,
	DEVICE_PATH_ISCSI = 19,
	DEVICE_PATH_URI = 24,
	DEVICE_PATH_NVME_OF = 34,
};

enum device_path_media {
	DEVICE_PATH_HARD_DRIVE = 1,
	DEVICE_PATH_VENDOR_MEDIA = 3,
	DEVICE_PATH_FILE = 4,
	DEVICE_PATH_RAM_DISK = 9,
};

#define DEVICE_PATH_HEADER 4u

/* The longest one that is taken. */
#define DEVICE_PATH_BYTES 4096u

#define DEVICE_PATH_FILE_CHARS 256u

/* From some node on; length 0: there is none. */
struct device_path {
	const uint8_t *bytes;
	size_t length;
};

/*
 * The path that begins there and has no length of its own, with its end node, of most
 * bytes at most.  Length 0 if the end node is not where it should be, or bytes is NULL.
 */
struct device_path device_path_at(const void *bytes, size_t most);

/* Bytes of the first node; 0 at the end, or where there is none that is whole. */
size_t device_path_node(struct device_path path);

/* Behind the first node. */
struct device_path device_path_rest(struct device_path path);

bool device_path_is(struct device_path path, enum device_path_type type,
                    unsigned subtype);

/* From the first node of a kind on; without any node if there is none. */
struct device_path device_path_find(struct device_path path, enum device_path_type type,
                                    unsigned subtype);

/* From the first partition of a disk on, the same way. */
struct device_path device_path_partition(struct device_path path);

/* True if both begin with a partition, and by number and signature it is the same. */
bool device_path_same_partition(struct device_path a, struct device_path b);

/*
 * The file at the end, in capacity characters, from the root on.  A path may give it in
 * several nodes, and without the first backslash.  False, and an empty text, if there
 * is none, if it does not fit, or if its name is not of printable ASCII.
 */
bool device_path_file(struct device_path path, char *file, size_t capacity);

/*
 * The URI of the first node that has one that is not empty, in capacity characters.
 * False, and an empty text, if there is none, if it does not fit, or if it is not of
 * printable ASCII.
 */
bool device_path_uri(struct device_path path, char *uri, size_t capacity);

#define DEVICE_PATH_ADDRESS 4u

/*
 * The own address and its mask, as the first IPv4 node has them (UEFI 2.10 10.3.4.12),
 * in DEVICE_PATH_ADDRESS bytes each.  False, and nothing written, if there is none, if
 * one of them is 0, or if it is the node of older versions, which has no mask.
 */
bool device_path_ipv4(struct device_path path, uint8_t *address, uint8_t *mask);

/* True of what came over a network; a disk by iSCSI or NVMe over Fabrics did not. */
bool device_path_is_network(struct device_path path);

/* True if both are on the network card of one address, or both have a URI. */
bool device_path_same_network(struct device_path a, struct device_path b);

/*
 * What becomes of a file system with this path when the machine is reset; NULL if it
 * stays, else what it is, for people.
 */
const char *device_path_lost_at_reset(struct device_path path);
