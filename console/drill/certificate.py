"""The certificate that the drill's TLS listeners show: made anew at each start, trusted by nobody else."""

from __future__ import annotations

import datetime
import ipaddress
import os
import ssl
import tempfile
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_LIFE = datetime.timedelta(days=30)


class Certificate:
    """One certificate for every address that was added before it was first asked for."""

    def __init__(self) -> None:
        self._addresses: list[str] = []
        self._key = ec.generate_private_key(ec.SECP256R1())

    def add(self, address: str) -> None:
        """A VIP that it is for."""
        self._addresses.append(address)

    @cached_property
    def pem(self) -> str:
        """The certificate, which is its own authority."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bluegreen drill")])
        now = datetime.datetime.now(datetime.UTC)
        names = [x509.IPAddress(ipaddress.ip_address(each)) for each in self._addresses]
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + _LIFE)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM).decode()

    def context(self) -> ssl.SSLContext:
        """What a listener shows it with."""
        key = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # ssl reads files alone; this one is the user's, and gone at once
        handle, path = tempfile.mkstemp(prefix="bluegreen-drill-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(key + self.pem.encode())
            context.load_cert_chain(path)
        finally:
            Path(path).unlink()
        return context
