// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "gstcolorizeelement.h"

/* GstColorBalance, by which players turn hue and saturation. */
void gst_colorize_color_balance_init(GstColorBalanceInterface* iface);

/* What a channel stands at by the settings, -1000..1000. */
gint gst_colorize_channel_value(const colorize::Settings& settings, int channel);

void gst_colorize_add_channels(GstColorize* self);
