#pragma once
#include "lib/base/sink.h"
#include "lib/stream/line_loss.h"

#include <stdbool.h>
#include <stdint.h>

/* A 16550 at an I/O port, written by polling. */
struct serial {
	struct sink sink;
	uint16_t port;
	struct line_loss loss;
};

/*
 * True if a UART answers at the port: where nothing decodes it, it reads as 0 or FFh
 * and its scratch register keeps nothing.  Sets nothing but that register.
 */
bool serial_answers(uint16_t port);

/* Waits, bounded, until the last byte has left the wire. */
void serial_drain(const struct serial *serial);

/* Sets the port to 115200 8N1.  False if no UART answers there. */
bool serial_open(struct serial *serial, uint16_t port);
