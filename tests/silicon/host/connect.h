#pragma once
/* The processor's connections (struct bus), onto the model. */
#include "tests/silicon/host/host.h"

void connect_to_model(struct bus *bus);
