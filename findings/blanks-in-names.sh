#!/usr/bin/env bash
# Python's newer mail parser puts blanks into names that are longer than one encoded word.
#   findings/blanks-in-names.sh        needs python3
# RFC 2047, 6.2: white space between two encoded words is no part of the text, since a long name must be cut into several. Read
# with policy=policy.default, a display name of two words comes back with a blank between them; a subject does not, and the older
# parser (email.utils, decode_header) reads both right. Seen: Python 3.11.2 (Debian 12).
# Why it matters: who tests what they send with it takes a correct mail for a wrong one, and may "mend" it by longer encoded words
# than the 75 characters that RFC 2047 allows.
set -euo pipefail

seen=$(/usr/bin/python3 - <<'PYTHON'
import email
from email import policy
from email.header import decode_header, make_header
from email.utils import getaddresses
words = '=?utf-8?B?TXVn?=\r\n =?utf-8?B?cw==?='
mail = f'From: {words} <shop@example.com>\r\nSubject: {words}\r\n\r\n'.encode()
newer = email.message_from_bytes(mail, policy=policy.default)
older = email.message_from_bytes(mail)
name, _ = getaddresses([older['From']])[0]
print(f"newer: '{newer['From'].addresses[0].display_name}', subject '{newer['Subject']}'; "
      f"older: '{make_header(decode_header(name))}'")
PYTHON
)
echo "$seen"
[[ $seen == "newer: 'Mug s', subject 'Mugs'; older: 'Mugs'" ]] || { echo "this has changed" >&2; exit 1; }
