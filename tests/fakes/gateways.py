"""LINE Pay and JKOPay as far as our clients use them: real HTTP on this machine, strict about signatures."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from nhi_core.adapters.payments import jkopay, line_pay

SECRET = "not-a-real-secret-0123456789"


class FakeLinePay:
    """The v3 endpoints. `payments` by order id."""

    def __init__(self) -> None:
        self.payments: dict[str, dict[str, Any]] = {}
        self.down = self.forget_answer = False
        self.app = Flask("fake-line-pay")
        self.app.before_request(self._signed)
        self.app.post("/v3/payments/request")(self.request)
        self.app.post("/v3/payments/<transaction>/confirm")(self.confirm)
        self.app.get("/v3/payments/requests/<transaction>/check")(self.check)
        self.app.get("/v3/payments")(self.details)

    def _signed(self) -> Response | None:
        if self.down:
            return Response("down", 503)
        payload = request.query_string.decode() if request.method == "GET" else request.get_data(as_text=True)
        nonce = request.headers["X-LINE-Authorization-Nonce"]
        good = line_pay.signature(SECRET, request.path, payload, nonce)
        if request.headers["X-LINE-Authorization"] != good:
            return jsonify(returnCode="1106", returnMessage="header")
        return None

    def request(self) -> Response:
        body = json.loads(request.data)
        packages = sum(package["amount"] for package in body["packages"])
        if packages != body["amount"] or body["amount"] <= 0:
            return jsonify(returnCode="2101")
        transaction = 2_023_042_201_206_549_300 + len(self.payments) + 10
        self.payments[body["orderId"]] = {
            "id": transaction,
            "amount": body["amount"],
            "state": "0000",
            "n": 0,
        }
        url = f"https://pay.test/{transaction}"
        return jsonify(
            returnCode="0000",
            info={
                "paymentUrl": {"web": url, "app": f"line://pay/{transaction}"},
                "transactionId": transaction,
            },
        )

    def _find(self, transaction: str) -> dict[str, Any] | None:
        return next((one for one in self.payments.values() if str(one["id"]) == transaction), None)

    def check(self, transaction: str) -> Response:
        found = self._find(transaction)
        return jsonify(returnCode=found["state"] if found else "1150")

    def confirm(self, transaction: str) -> Response:
        found, body = self._find(transaction), json.loads(request.data)
        if found is None:
            return jsonify(returnCode="1150")
        if found["state"] == "0123":
            return jsonify(returnCode="1172")
        if found["state"] != "0110":
            return jsonify(returnCode="1101")
        if body["amount"] != found["amount"]:
            return jsonify(returnCode="1153")
        found["state"], found["n"] = "0123", found["n"] + 1
        if self.forget_answer:
            return Response("the connection broke", 502)
        return jsonify(returnCode="0000", info={"transactionId": found["id"], "payInfo": self._paid(found)})

    def details(self) -> Response:
        by_order = self.payments.get(request.args.get("orderId", ""))
        found = by_order or self._find(request.args.get("transactionId", ""))
        if found is None or found["state"] != "0123":
            return jsonify(returnCode="1150")
        return jsonify(returnCode="0000", info=[{"transactionId": found["id"], "payInfo": self._paid(found)}])

    def _paid(self, found: dict[str, Any]) -> list[dict[str, Any]]:
        # Two means of payment: what counts is their sum.
        return [
            {"method": "BALANCE", "amount": found["amount"] - 1},
            {"method": "CREDIT_CARD", "amount": 1},
        ]


class FakeJko:
    """Entry and inquiry. `orders` by order number."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.down = False
        self.app = Flask("fake-jkopay")
        self.app.before_request(self._signed)
        self.app.post("/platform/entry")(self.entry)
        self.app.get("/platform/inquiry")(self.inquiry)

    def _signed(self) -> Response | None:
        if self.down:
            return Response("down", 503)
        payload = request.query_string.decode() if request.method == "GET" else request.get_data(as_text=True)
        if request.headers["digest"] != jkopay.digest(SECRET, payload) or request.headers["api-key"] != "key":
            return jsonify(result="200", message="Bad request", result_object=None)
        return None

    def entry(self) -> Response:
        body = json.loads(request.data)
        if body["final_price"] <= 0 or not body["result_url"].startswith("https://"):
            return jsonify(result="200", message="Bad request", result_object=None)
        standing = self.orders.setdefault(
            body["platform_order_id"], {"status": 101, "price": body["final_price"], "paid": "0"}
        )
        if standing["price"] != body["final_price"]:
            return jsonify(result="200", message="do not match", result_object=None)
        url = "https://onlinepay.test/" + "q" * 300
        return jsonify(result="000", message=None, result_object={"payment_url": url, "qr_timeout": 1})

    def inquiry(self) -> Response:
        order = request.args["platform_order_ids"]
        found = self.orders.get(order, {"status": 102, "paid": "0"})
        row = {
            "platform_order_id": order,
            "status": found["status"],
            "tradeNo": "J1",
            "debit_amount": found["paid"],
        }
        return jsonify(result="000", message=None, result_object={"transactions": [row]})


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on a free port; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
