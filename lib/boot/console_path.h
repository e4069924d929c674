#pragma once
/* Which serial ports a console of the firmware is on (UEFI 2.10 3.3, 10.3). */
#include <stddef.h>
#include <stdint.h>

/*
 * First I/O ports of the UARTs that the variable ConOut names, device paths one behind
 * the other: an ACPI node of a 16550 (PNP0501, PNP0500) before a UART node.  Which of
 * them it is says its _UID, counted from 0 as firmware here counts them: COM1 to COM4
 * at their usual ports.  One at another place is named by the SPCR table alone. Returns
 * how many there are, each once, room at most; a path that contradicts itself ends it.
 */
unsigned console_path_ports(const uint8_t *paths, size_t length, uint16_t *ports,
                            unsigned room);
