"""What `[imports.NAME]` of the company's file says of an export that is imported again and again."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema, model_validator

from notifier.edges.file_columns import plain
from notifier.edges.file_types import STRICT
from notifier.model.file_format import ENCODINGS, column_fault
from notifier.model.quoting import quoted


def _encoding(name: str) -> str:
    if name.lower() not in ENCODINGS:
        raise ValueError(f"is {quoted(name)}: use one of {', '.join(ENCODINGS)}, or leave it out for Unicode")
    return name.lower()


def _column(name: str) -> str:
    if name and (fault := column_fault(name)):
        raise ValueError(f"{quoted(name)} {fault}")
    return name


EncodingName = Annotated[
    str, AfterValidator(_encoding), WithJsonSchema({"type": "string", "enum": list(ENCODINGS)})
]
FileColumn = Annotated[str, Field(min_length=1, max_length=300)]
OurColumn = Annotated[str, AfterValidator(_column)]


class ImportTable(BaseModel):
    """How an export is read that `notifier import --as NAME` is told of."""

    model_config = STRICT

    encoding: EncodingName | None = None
    """What its letters are, where they are no Unicode."""
    map: dict[FileColumn, OurColumn] = {}
    """A column as the export calls it -> as we call it; an empty name leaves it out."""

    @model_validator(mode="after")
    def _names_a_column_once(self) -> Self:
        columns = [plain(column) for column in self.map]
        names = [name for name in self.map.values() if name]
        if twice := next((each for each in columns if columns.count(each) > 1), None):
            raise ValueError(
                f"map names the column {quoted(twice)} twice: large and small letters are the same"
            )
        if twice := next((each for each in names if names.count(each) > 1), None):
            raise ValueError(f"map calls two columns {quoted(twice)}: one name is one column")
        return self
