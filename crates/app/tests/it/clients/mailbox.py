"""A mail server that takes messages, and refuses those to nobody; each is told in a line of JSON."""

import email
import json
import socket
import threading

from aiosmtpd.controller import Controller


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            print(json.dumps({"refused": address}), flush=True)
            return "550 5.1.1 there is nobody of this name here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content)
        text = message.get_payload(decode=True).decode(message.get_content_charset() or "utf-8")
        told = {"to": envelope.rcpt_tos, "from": message["From"], "subject": message["Subject"], "text": text}
        print(json.dumps(told), flush=True)
        return "250 2.0.0 kept for you"


with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
Controller(Mailbox(), hostname="127.0.0.1", port=port).start()
print(json.dumps({"port": port}), flush=True)
threading.Event().wait()
