#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A camera on this machine, by RTSP, in a process of its own that can be killed."""
from __future__ import annotations

import select
import subprocess
import sys
import unittest

import gi

SOUND = 'audiotestsrc is-live=true ! audioconvert ! avenc_aac ! aacparse ! rtpmp4gpay name=pay1'


def picture(gray: str = '808080', end: str = '') -> str:
    return (f'videotestsrc is-live=true pattern=solid-color foreground-color=0xff{gray} {end} '
            '! video/x-raw,format=GRAY8,width=160,height=120,framerate=25/1 ! videoconvert ! video/x-raw,format=I420 '
            '! x264enc tune=zerolatency key-int-max=25 ! h264parse config-interval=-1 ! rtph264pay name=pay0')


def need() -> None:
    """Skips the test where there is no GstRtspServer."""
    try:
        gi.require_version('GstRtspServer', '1.0')
    except ValueError as error:
        raise unittest.SkipTest(str(error)) from None


class RtspCamera:
    """Shows what `launch` says, whose payloaders are called pay0 and pay1, until killed."""

    def __init__(self, launch: str, port: int = 0):
        need()
        self.launch, self.port = launch, port

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, __file__, self.launch, str(self.port)], stdout=subprocess.PIPE,
                                        bufsize=0)
        self.address = self.line()
        assert self.address, 'the camera did not start'
        self.port = int(self.address.split(':')[2].split('/')[0])
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def line(self) -> str:
        """What it says next, '' where it says nothing for a minute."""
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        return self.process.stdout.readline().decode().strip() if ready else ''

    def wait_until(self, word: str) -> None:
        """`open` or `closed`, which it says when the first viewer has come and when the last one is gone."""
        while (line := self.line()) != word:
            assert line, f'the camera was not {word}'


def main(launch: str, port: str) -> None:
    gi.require_version('Gst', '1.0')
    gi.require_version('GstRtspServer', '1.0')
    from gi.repository import GLib, Gst, GstRtspServer
    Gst.init(None)
    server = GstRtspServer.RTSPServer(service=port, address='127.0.0.1')
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f'( {launch} )')
    factory.set_shared(True)

    def configure(_, media):
        print('open', flush=True)
        media.connect('unprepared', lambda _: print('closed', flush=True))
    factory.connect('media-configure', configure)
    server.get_mount_points().add_factory('/stream', factory)
    server.attach(None)
    print(f'rtsp://127.0.0.1:{server.get_bound_port()}/stream', flush=True)
    GLib.MainLoop().run()


if __name__ == '__main__':
    main(*sys.argv[1:])
