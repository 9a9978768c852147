"""The client has all of /openapi.json, and nothing that is not there."""

import dataclasses
import inspect
import keyword
import re
import typing

from freshet import AsyncClient, Client, coding, models

# Bodies that a method takes as one value instead of a keyword for each field.
NOT_SCHEMAS = {"Attribute", "Version"}
# What the client adds: the same as a table.
ADDED = {"get_feedback_table", "compare_feedback_table"}


def snake(name):
    return re.sub(r"([A-Z])", lambda match: "_" + match.group(1).lower(), name)


def python_name(name):
    return name + "_" if keyword.iskeyword(name) else name


def operations(document):
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def schema_name(schema):
    return schema.get("$ref", "").rpartition("/")[2]


def nullable(schema):
    """A schema without the alternative of null."""
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    return choices[0] if len(choices) == 1 else {**schema, "anyOf": choices} if choices else schema


def type_of(schema):
    """The type that the client should have for a schema."""
    schema = nullable(schema)
    name = schema_name(schema)
    if name:
        return getattr(models, name)
    if "anyOf" in schema:
        return typing.Union[tuple(type_of(choice) for choice in schema["anyOf"])]
    if "enum" in schema:
        return typing.Literal[tuple(schema["enum"])]
    kind = schema.get("type")
    if isinstance(kind, list):
        return models.Time if "boolean" not in kind else models.Attribute
    if kind == "array":
        return list[type_of(schema["items"])]
    if kind == "object":
        values = schema.get("additionalProperties")
        return dict[str, type_of(values) if isinstance(values, dict) else typing.Any]
    return {"string": str, "integer": int, "number": float, "boolean": bool, None: typing.Any}[kind]


def test_every_schema_has_a_class_with_the_same_fields(document):
    problems = []
    for name, schema in document["components"]["schemas"].items():
        if name in NOT_SCHEMAS:
            continue
        kind = getattr(models, name, None)
        if kind is None:
            problems.append(f"no class {name}")
            continue
        fields = {coding.wire_name(field): field for field in dataclasses.fields(kind)}
        hints = coding.hints(kind)
        for gone in fields.keys() - schema["properties"].keys():
            problems.append(f"{name}.{gone} is not in the document")
        for field, shape in schema["properties"].items():
            if field not in fields:
                problems.append(f"no field {name}.{field}")
                continue
            is_needed = field in schema.get("required", [])
            wanted = type_of(shape) if is_needed else typing.Optional[type_of(shape)]
            if hints[field] != wanted:
                problems.append(f"{name}.{field} is {hints[field]}, not {wanted}")
            if (fields[field].default is dataclasses.MISSING) != is_needed:
                problems.append(f"{name}.{field}: may it be left out?")
    classes = {name for name, kind in vars(models).items() if dataclasses.is_dataclass(kind)}
    problems += [f"class {name} is not in the document" for name in classes - document["components"]["schemas"].keys()]
    assert not problems, "\n".join(problems)


def test_every_operation_has_a_method_with_the_same_parameters(document):
    problems = []
    for method, path, operation in operations(document):
        name = snake(operation["operationId"])
        for client in (Client, AsyncClient):
            function = getattr(client, name, None)
            if function is None:
                problems.append(f"{client.__name__} has no {name} ({method} {path})")
                continue
            has = set(inspect.signature(function).parameters) - {"self"}
            wanted = {python_name(parameter["name"]) for parameter in operation.get("parameters", [])}
            wanted |= body_parameters(document, operation, has, path)
            if has != wanted:
                problems.append(f"{client.__name__}.{name}: lacks {wanted - has}, has {has - wanted} too much")
    assert not problems, "\n".join(problems)


def body_parameters(document, operation, has, path):
    """What a method should take for its body: the fields, or one value of the body's class."""
    if "requestBody" not in operation:
        return set()
    content = operation["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    if "application/merge-patch+json" in content:
        return {"remove"} | has & {"item", "user", "change"}
    if "anyOf" in schema:
        return {schema_name(schema["anyOf"][0]).lower() + "s"}
    whole = has & {"item", "user", "rule", "policies", "experiment"}
    if schema_name(schema) in {"ItemFields", "UserFields", "Rule", "Policies", "ExperimentRequest"} and whole:
        return whole
    fields = document["components"]["schemas"][schema_name(schema)]["properties"]
    return {python_name(field) for field in fields if not (field == "id" and "{id}" in path)}


def test_every_operation_answers_with_the_type_of_the_document(document):
    problems = []
    for _, path, operation in operations(document):
        function = getattr(Client, snake(operation["operationId"]))
        answer = typing.get_type_hints(function)["return"]
        content = next(it for status, it in operation["responses"].items() if status < "400").get("content", {})
        if "application/json" in content:
            wanted = type_of(content["application/json"]["schema"])
        elif "text/event-stream" in content:
            wanted = typing.get_type_hints(Client.follow_status)["return"]
            assert typing.get_args(wanted) == (models.Status,)
        else:
            wanted = str if content else type(None)
        if answer != wanted:
            problems.append(f"{path}: {answer}, not {wanted}")
    assert not problems, "\n".join(problems)


def test_no_method_is_without_an_operation(document):
    wanted = {snake(operation["operationId"]) for _, _, operation in operations(document)} | ADDED | {"close"}
    for client, more in ((Client, set()), (AsyncClient, {"aclose"})):
        methods = {name for name, _ in inspect.getmembers(client, inspect.isfunction) if not name.startswith("_")}
        assert methods - more <= wanted


def test_requests_go_where_the_document_says(document):
    """Each method is called once against a recorder: method, path, parameters and fields are the document's."""
    import httpx

    class Recorded(Exception):
        pass

    def record(request):
        raise Recorded(request)

    client = Client("http://recorder", transport=httpx.MockTransport(record))
    for method, path, operation in operations(document):
        function = getattr(client, snake(operation["operationId"]))
        arguments = {
            name: example(typing.get_type_hints(function)[name], name)
            for name in inspect.signature(function).parameters
            if name != "remove"
        }
        try:
            answer = function(**arguments)
            list(answer)
            raise AssertionError(f"{path} sent nothing")
        except Recorded as recorded:
            request = recorded.args[0]
        query = [item for item in operation.get("parameters", []) if item["in"] == "query"]
        assert request.method == method.upper()
        assert re.fullmatch(re.sub(r"\\?\{\w+\\?\}", "[^/]+", path), request.url.path), (path, request.url.path)
        assert set(request.url.params) == {parameter["name"] for parameter in query}
        assert ("requestBody" in operation) == bool(request.content)


def example(hint, name):
    """A value of a type."""
    if typing.get_origin(hint) is typing.Union:
        hint = typing.get_args(hint)[0]
    if dataclasses.is_dataclass(hint):
        needed = [field for field in dataclasses.fields(hint) if field.default is dataclasses.MISSING]
        types = typing.get_type_hints(hint)
        return hint(**{field.name: example(types[field.name], field.name) for field in needed})
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return typing.get_args(hint)[0]
    if origin is not None and issubclass(origin, dict) or origin is not None and "Mapping" in str(origin):
        return {}
    if origin is not None:
        return [example(typing.get_args(hint)[0], name)]
    return {str: "x", int: 1, float: 1.0, bool: True}.get(hint, "x")
