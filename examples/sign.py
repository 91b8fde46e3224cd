#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signs a result with a C2PA manifest that says what gst-colorize has done: sign.py RESULT SIGNED CHAIN.pem KEY.pem

Needs the Python package c2pa-python. CHAIN.pem: the signer's certificate and those above it; KEY.pem: its private key,
ES256 (PKCS #8). Certificates of one's own do for trying: readers say then that they do not know the signer.
"""
import json
import sys
from pathlib import Path

from c2pa import Builder, C2paSignerInfo, C2paSigningAlg, Signer

result, signed, chain, key = map(Path, sys.argv[1:])
source_type = 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia'
manifest = {
    'claim_generator_info': [{'name': 'colorize'}],
    'title': signed.name,
    'assertions': [{
        'label': 'c2pa.actions',
        'data': {'actions': [{'action': 'c2pa.created', 'digitalSourceType': source_type}]},
    }],
}
info = C2paSignerInfo(alg=C2paSigningAlg.ES256, sign_cert=chain.read_bytes(), private_key=key.read_bytes(), ta_url=None)
Builder(json.dumps(manifest)).sign_file(result, signed, Signer.from_info(info))
