"""A mail server for tests: aiosmtpd with STARTTLS or TLS and a login, answering by the recipient's name.

Prints its port, then serves until it is ended. Every message it takes is a JSON file in the folder given; while a file
`fails` is there it takes none for now.
"""
import argparse
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

import mail_record

options = argparse.ArgumentParser()
options.add_argument("--folder", required=True)
options.add_argument("--security", choices=["starttls", "tls", "plain"], required=True)
options.add_argument("--certificate")
options.add_argument("--key")
options.add_argument("--login", help="user:password")
options = options.parse_args()


class Handler:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address.startswith("busy@") or os.path.exists(os.path.join(options.folder, "fails")):
            return "451 4.7.1 come back later"
        if address.startswith("nobody@"):
            return "550 5.1.1 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        record = mail_record.record(envelope.content) | {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "encrypted": session.ssl is not None or options.security == "tls",
            "user": session.auth_data.decode() if session.auth_data else None,
        }
        Handler.count += 1
        path = os.path.join(options.folder, "%04d.json" % Handler.count)
        with open(path + ".new", "w") as file:
            json.dump(record, file)
        os.rename(path + ".new", path)
        if any(address.startswith("hang@") for address in envelope.rcpt_tos):
            await asyncio.sleep(60)
        return "250 OK"


def authenticator(server, session, envelope, mechanism, data):
    given = data.login.decode() + ":" + data.password.decode()
    if given == options.login:
        session.auth_data = data.login
        return AuthResult(success=True, auth_data=data.login)
    return AuthResult(success=False, handled=False)


async def main():
    context = None
    if options.security != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
    handler = Handler()
    extra = {}
    if options.security == "starttls":
        extra = {"tls_context": context, "require_starttls": True}
    if options.login:
        extra |= {"authenticator": authenticator, "auth_required": True, "auth_require_tls": options.security == "starttls"}

    def make():
        return SMTP(handler, hostname="localhost", enable_SMTPUTF8=False, **extra)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        make, "127.0.0.1", 0, ssl=context if options.security == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
