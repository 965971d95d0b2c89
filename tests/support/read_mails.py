#!/usr/bin/env python3
"""Reads mails as Python's own parser understands them: one line of JSON for each file named."""
import email
import json
import sys
from email import policy
from email.header import decode_header, make_header
from email.utils import getaddresses


def parts_of(mail):
    for part in mail.walk():
        if not part.is_multipart():
            yield {"type": part.get_content_type(), "charset": part.get_content_charset(), "content": part.get_content().replace("\r\n", "\n")}


# By the older parser: the newer one puts blanks between the encoded words of a name (findings/blanks-in-names.sh).
def addresses_of(raw):
    return [[str(make_header(decode_header(name))), address] for name, address in getaddresses([raw])]


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        content = file.read()
    mail = email.message_from_bytes(content, policy=policy.default)
    older = email.message_from_bytes(content, policy=policy.compat32)
    defects = [str(defect) for part in mail.walk() for defect in part.defects]
    headers, addresses = {}, {}
    for name, value in mail.items():
        defects += [f"{name}: {defect}" for defect in value.defects]
        headers.setdefault(name, []).append(str(value))
        if hasattr(value, "addresses"):
            addresses[name] = addresses_of(older[name])
            if [one.addr_spec for one in value.addresses] != [address for _, address in addresses[name]]:
                defects.append(f"{name}: two parsers read other addresses")
    print(json.dumps({"headers": headers, "addresses": addresses, "parts": list(parts_of(mail)), "defects": defects,
                      "type": mail.get_content_type()}))
