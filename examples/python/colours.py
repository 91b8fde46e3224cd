#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Brings a film's pictures in colour into NumPy, and prints when each is shown and its mean red, green and blue."""
import sys

import gi
import numpy as np

gi.require_version('Gst', '1.0')
gi.require_version('GstApp', '1.0')
from gi.repository import Gst, GstApp  # the latter has the methods of an appsink

Gst.init(None)
pipeline = Gst.parse_launch('filesrc name=film ! decodebin ! videoconvert ! colorize ! videoconvert '
                            '! video/x-raw,format=RGB ! appsink name=pictures sync=false max-buffers=4')
film, pictures, bus = pipeline.get_by_name('film'), pipeline.get_by_name('pictures'), pipeline.get_bus()
film.set_property('location', sys.argv[1])
pipeline.set_state(Gst.State.PLAYING)
while not (error := bus.pop_filtered(Gst.MessageType.ERROR)) and not pictures.is_eos():
    if sample := pictures.try_pull_sample(Gst.SECOND):
        size, buffer = sample.get_caps().get_structure(0), sample.get_buffer()
        width, height = size.get_value('width'), size.get_value('height')
        rows = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8).reshape(height, -1)
        picture = rows[:, :3 * width].reshape(height, width, 3)  # rows end at a multiple of four bytes
        print(f'{buffer.pts / Gst.SECOND:.3f} s:', *picture.mean(axis=(0, 1)).round(1))
pipeline.set_state(Gst.State.NULL)
sys.exit(error and error.parse_error()[0].message)
