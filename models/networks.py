# SPDX-License-Identifier: LGPL-2.1-or-later
"""The networks that are trained here, as a training's configuration names them."""
from fine import Attentive, Fine
from network import Colorizer
from plain import CNN224, ResNetGray

NETWORKS = {kind.NAME: kind for kind in (Colorizer, Attentive, Fine, ResNetGray, CNN224)}
