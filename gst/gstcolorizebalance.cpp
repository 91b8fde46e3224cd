// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizebalance.h"

#include <cmath>

static const gchar* const channel_labels[N_CHANNELS] = {"HUE", "SATURATION"};

gint gst_colorize_channel_value(const colorize::Settings& settings, int channel) {
  return static_cast<gint>(
      std::lround(channel == CHANNEL_HUE ? settings.hue_shift * 1000 / 180 : settings.saturation * 1000 - 1000));
}

static const GList* gst_colorize_list_channels(GstColorBalance* balance) { return GST_COLORIZE(balance)->channel_list; }

static gint gst_colorize_get_value(GstColorBalance* balance, GstColorBalanceChannel* channel) {
  GstColorize* self = GST_COLORIZE(balance);
  return gst_colorize_channel_value(gst_colorize_settings(self),
                                    channel == self->channels[CHANNEL_HUE] ? CHANNEL_HUE : CHANNEL_SATURATION);
}

static void gst_colorize_set_value(GstColorBalance* balance, GstColorBalanceChannel* channel, gint value) {
  value = CLAMP(value, -1000, 1000);
  if (channel == GST_COLORIZE(balance)->channels[CHANNEL_HUE])
    g_object_set(balance, "hue-shift", value * 180.0 / 1000, NULL);
  else
    g_object_set(balance, "saturation", (value + 1000) / 1000.0, NULL);
}

static GstColorBalanceType gst_colorize_get_balance_type(GstColorBalance*) { return GST_COLOR_BALANCE_SOFTWARE; }

void gst_colorize_color_balance_init(GstColorBalanceInterface* iface) {
  iface->list_channels = GST_DEBUG_FUNCPTR(gst_colorize_list_channels);
  iface->set_value = GST_DEBUG_FUNCPTR(gst_colorize_set_value);
  iface->get_value = GST_DEBUG_FUNCPTR(gst_colorize_get_value);
  iface->get_balance_type = GST_DEBUG_FUNCPTR(gst_colorize_get_balance_type);
}

void gst_colorize_add_channels(GstColorize* self) {
  for (int i = 0; i < N_CHANNELS; ++i) {
    self->channels[i] = GST_COLOR_BALANCE_CHANNEL(g_object_new(GST_TYPE_COLOR_BALANCE_CHANNEL, NULL));
    self->channels[i]->label = g_strdup(channel_labels[i]);
    self->channels[i]->min_value = -1000;
    self->channels[i]->max_value = 1000;
    self->channel_list = g_list_append(self->channel_list, self->channels[i]);
  }
}
