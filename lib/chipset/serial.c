#include "lib/chipset/serial.h"

#include "lib/x86/insn.h"

#define DATA 0u       /* with DLAB: divisor, low byte */
#define INTERRUPTS 1u /* with DLAB: divisor, high byte */
#define FIFO 2u       /* write */
#define LINE_CONTROL 3u
#define MODEM_CONTROL 4u
#define LINE_STATUS 5u
#define SCRATCH 7u

#define LINE_8N1 0x03
#define LINE_DLAB 0x80
#define DIVISOR_115200 1
#define FIFO_ENABLE_AND_CLEAR 0x07
#define MODEM_DTR_RTS 0x03
#define STATUS_THR_EMPTY 0x20 /* another byte can be given */
#define STATUS_EMPTY 0x40     /* and all have left the wire */

/*
 * A byte takes 87 us at 115200 baud and reading the status about 1 us, so this is
 * some thousand times what a working line needs.  After a loss the line is not waited
 * for that long again, and after many in a row not at all: a run has some hundred
 * thousand bytes, and a dead line must not cost minutes.
 */
#define PATIENT_SPINS 100000u
#define HASTY_SPINS 16000u

static uint32_t spins_for(const struct serial *serial)
{
	if (line_loss_is_dead(&serial->loss))
		return 0;
	return serial->loss.in_row == 0 ? PATIENT_SPINS : HASTY_SPINS;
}

/* One look at a dead line costs a microsecond: it may come back. */
static void put_byte(struct serial *serial, uint8_t byte)
{
	uint32_t spins = spins_for(serial);

	while ((inb((uint16_t)(serial->port + LINE_STATUS)) & STATUS_THR_EMPTY) == 0) {
		if (spins-- == 0) {
			line_loss_of_byte(&serial->loss);
			return;
		}
		cpu_relax();
	}
	line_loss_byte_taken(&serial->loss);
	outb((uint16_t)(serial->port + DATA), byte);
}

void serial_drain(const struct serial *serial)
{
	uint32_t spins = spins_for(serial);

	while ((inb((uint16_t)(serial->port + LINE_STATUS)) & STATUS_EMPTY) == 0 &&
	       spins-- != 0)
		cpu_relax();
}

/* A terminal wants CR LF; whoever reads records drops the CR. */
static void serial_write(struct sink *sink, const char *text, size_t length)
{
	struct serial *const serial = (struct serial *)sink;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			put_byte(serial, '\r');
		put_byte(serial, (uint8_t)text[i]);
	}
}

static bool keeps_scratch(uint16_t port, uint8_t value)
{
	outb((uint16_t)(port + SCRATCH), value);
	return inb((uint16_t)(port + SCRATCH)) == value;
}

bool serial_answers(uint16_t port)
{
	return keeps_scratch(port, 0x5a) && keeps_scratch(port, 0xa5);
}

bool serial_open(struct serial *serial, uint16_t port)
{
	if (!serial_answers(port))
		return false;

	outb((uint16_t)(port + INTERRUPTS), 0);
	outb((uint16_t)(port + LINE_CONTROL), LINE_DLAB);
	outb((uint16_t)(port + DATA), DIVISOR_115200);
	outb((uint16_t)(port + INTERRUPTS), 0);
	outb((uint16_t)(port + LINE_CONTROL), LINE_8N1);
	outb((uint16_t)(port + FIFO), FIFO_ENABLE_AND_CLEAR);
	outb((uint16_t)(port + MODEM_CONTROL), MODEM_DTR_RTS);

	*serial = (struct serial){
		.sink = { .name = "serial", .write = serial_write },
		.port = port,
	};
	return true;
}
