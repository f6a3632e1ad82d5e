"""The client of the payment provider's API."""

import asyncio
from contextlib import suppress
from datetime import datetime

import httpx

from payments.model import Payment

ATTEMPTS = 4
FIRST_PAUSE = 0.1


class ProviderError(Exception):
    """It is not known whether the provider took the money; the text says what happened."""


class DeclinedError(Exception):
    """The provider refused the payment and took nothing; the text is its reason."""


class Provider:
    """Captures payments. `pause` is the wait before the second attempt; it then doubles."""

    def __init__(self, http: httpx.AsyncClient, pause: float = FIRST_PAUSE) -> None:
        self._http = http
        self._pause = pause

    async def capture(self, payment: Payment) -> datetime:
        """Take the money and return when it was settled.

        The payment's id goes along as the idempotency key, so that asking again is harmless.
        """
        answer = await self._ask_until_answered(payment)
        if answer.status_code == httpx.codes.PAYMENT_REQUIRED:
            raise DeclinedError(field(answer, "detail"))
        if not answer.is_success:
            raise ProviderError(f"provider answered {answer.status_code}")
        return settlement_date(field(answer, "settled_at"))

    async def _ask_until_answered(self, payment: Payment) -> httpx.Response:
        problem = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(self._pause * 2 ** (attempt - 1))
            try:
                answer = await self._ask(payment)
            except httpx.TransportError as error:
                problem = f"provider could not be reached: {error}"
                continue
            if not answer.is_server_error:
                return answer
            problem = f"provider answered {answer.status_code}"
        raise ProviderError(f"{problem} ({ATTEMPTS} attempts)")

    async def _ask(self, payment: Payment) -> httpx.Response:
        return await self._http.post(
            "/captures",
            json=payment.model_dump(include={"account", "amount_cents", "currency"}),
            headers={"Idempotency-Key": str(payment.id)},
        )


def field(answer: httpx.Response, name: str) -> str:
    """One field of the provider's answer, which must be a JSON object that has it."""
    try:
        return str(answer.json()[name])
    except (ValueError, KeyError, TypeError):
        raise ProviderError(f"provider sent no {name}: {answer.text[:80]!r}") from None


def settlement_date(text: str) -> datetime:
    """Read the provider's RFC 3339 date; a date of any other form is refused, never guessed."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        # Python also reads dates without an offset, which RFC 3339 does not know: they name no
        # moment.
        if moment.tzinfo:
            return moment
    raise ProviderError(f"provider sent settled_at {text!r}, which is not RFC 3339")
