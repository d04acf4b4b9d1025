"""Accounts, their sign-ins, and failed attempts. No password and no token stands here, only their hashes."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Account(SQLModel, table=True):
    """Somebody who may sign in. `place` is a war zone's number or a township's code where the role needs one;
    an empty `password_hash` leaves the county's own provider (OpenID Connect) as the only way in."""

    __tablename__ = "account"

    name: str = Field(max_length=64, primary_key=True)
    role: str = Field(max_length=32)
    place: str = Field(default="", max_length=12)
    password_hash: str = ""
    must_change: bool = False  # somebody else chose the password
    is_disabled: bool = False
    created_at: datetime


class SignIn(SQLModel, table=True):
    """One signed-in browser, by the SHA-256 of its cookie's token."""

    __tablename__ = "sign_in"

    token_hash: str = Field(max_length=64, primary_key=True)
    account: str = Field(foreign_key="account.name", index=True)
    address: str = Field(max_length=64)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class Attempt(SQLModel, table=True):
    """A sign-in that failed or is being tried. `subject` is a hash of the name typed, which may be a password
    typed into the wrong field."""

    __tablename__ = "attempt"

    id: int = Field(default=None, primary_key=True)
    subject: str = Field(max_length=64)
    address: str = Field(max_length=64)
    at: datetime = Field(index=True)
