"""The interface against its own OpenAPI document: what schemathesis makes up is answered by its rules, and never by a fault."""

import json
import time

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
ENDLESS = "/v1/stream"  # it has its own tests
WHOLE_S = 40.0
PER_SECOND = 15.0  # the guard lets 20 through


def trial(operation, mode, program, until):
    """Ask one address in one mode, and judge each answer; return the statuses that came."""
    headers = {"Authorization": f"Bearer {program.token}", "Origin": f"http://{program.address}"}
    came = set()

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        if came and time.monotonic() > until:
            return
        time.sleep(1 / PER_SECOND)
        response = case.call(base_url=f"http://{program.address}/api", headers=headers)
        case.validate_response(response, checks=list(CHECKS))
        came.add(response.status_code)

    ask()
    return came


def test_every_address_answers_as_its_document_says(program):
    """Whatever is asked within the document or beside it: no 5xx, the kinds of answer it names, and their shape."""
    schema = schemathesis.openapi.from_dict(json.loads(program.get("/api/openapi.json")[2]))
    operations = [one for found in schema.get_all_operations() if (one := found.ok()).path != ENDLESS]
    began, came = time.monotonic(), set()
    for place, operation in enumerate(operations, 1):
        until = began + WHOLE_S * place / len(operations)
        came |= trial(operation, GenerationMode.POSITIVE, program, until)
        if list(operation.iter_parameters()):
            came |= trial(operation, GenerationMode.NEGATIVE, program, until)

    assert 15 == len(operations)
    assert {200, 404, 422} <= came
    assert 200 == program.get("/healthz")[0]
