"""The words of a scope: sqlglot's tokens, each one known, with nothing between them but white space.

sqlglot reads far more than a predicate, drops comments, and takes spellings that Postgres does not. Whatever
survives here is spelt as Postgres spells it, so that the tree cannot mean something else than the text.
"""

from collections.abc import Mapping, Sequence

from sqlglot import Token, TokenType
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import TokenError

from notifier.edges.predicate.place import Misread, shown
from notifier.model.scope import Column

POSTGRES = Dialect.get_or_raise("postgres")
DEEPEST = 20
"""Nested parentheses, NOTs in a row, and levels of the tree; sqlglot passes 40 and fails at 50."""

KEYWORDS = frozenset({
    "AND", "OR", "NOT", "IN", "IS", "NULL", "BETWEEN", "LIKE", "ILIKE", "TRUE", "FALSE",
})  # fmt: skip
COMPARISONS = frozenset({"=", "<>", "!=", "<", "<=", ">", ">="})
SYMBOLS = COMPARISONS | {"(", ")", ","}
BEFORE_NUMBER = COMPARISONS | KEYWORDS | {"", "(", ","}
"""After these a minus is a sign; after anything else it subtracts."""
CURLY = frozenset("\u2018\u2019\u201a\u201c\u201d\u201e\u00b4")
"""What word processors make of quotes."""

STATEMENT = "A scope asks for a customer's own columns only: {word} and other statements are refused."
PATTERN = "{word} is refused, because such a pattern may take hours to match: use LIKE, or IN (...)."
SWALLOWS = (
    "{word} is refused, because it turns an unknown value into yes or no, and people who may be affected"
    " would not be told: compare the column itself, or ask for unknown values with IS NULL."
)
CAST = "{word} is refused, because a cast fails on the first odd value: compare with a plain constant."
FUNCTION = "{word} is a function, and functions are refused: compare a column with a constant."
ARITHMETIC = "Arithmetic is refused ({word}): compare a column with a constant."
PARAMETER = "{word} has no meaning in a scope: write the value itself."
REASONS: Mapping[str, str] = {
    **dict.fromkeys(("SELECT", "WITH", "UNION", "INTERSECT", "EXCEPT", "VALUES", "EXISTS"), STATEMENT),
    **dict.fromkeys(("ANY", "ALL", "SOME", "FROM", "TABLE", "LATERAL"), STATEMENT),
    "WHERE": "Leave out the word WHERE: a scope is only what follows it.",
    ";": "A scope is one predicate: leave out the semicolon and what follows it.",
    **dict.fromkeys(("SIMILAR", "RLIKE", "REGEXP", "GLOB"), PATTERN),
    **dict.fromkeys(("~", "~*", "~~", "~~*", "~~~", "!"), PATTERN),
    **dict.fromkeys(("COALESCE", "CASE", "NULLIF", "IFNULL", "NVL", "DISTINCT", "<=>"), SWALLOWS),
    **dict.fromkeys(("ISNULL", "NOTNULL"), "Write IS NULL or IS NOT NULL instead of {word}."),
    **dict.fromkeys(("CAST", "TRY_CAST", "::", "COLLATE"), CAST),
    **dict.fromkeys(("CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER"), FUNCTION),
    **dict.fromkeys(("SESSION_USER", "LOCALTIME", "LOCALTIMESTAMP"), FUNCTION),
    **dict.fromkeys(("+", "-", "*", "/", "%", "^", "||", "|", "&", "#", "<<", ">>"), ARITHMETIC),
    **dict.fromkeys(("$", ":", "?", "@"), PARAMETER),
    "ESCAPE": "{word} is refused: the backslash takes % and _ as they are.",
    "==": "Write = instead of ==.",
    ".": "A column has one name, without a table before it; a fraction starts with a digit (0.5).",
}
COMPARED_WITH_NULL = "A comparison with NULL is unknown for everybody: write IS NULL or IS NOT NULL."
COMMENT = "Comments are refused in a scope: leave this one out."
QUOTING = "A text stands in plain single quotes, 'US'; a quote inside it is written twice."


def words_of(text: str, columns: Mapping[str, Column]) -> list[Token]:
    """The tokens of a scope. Raises `Misread` at the first one that does not belong there."""
    try:
        tokens = list(POSTGRES.tokenize(text))
    except TokenError:
        raise _unclosed(text) from None
    _no_gaps(text, tokens)
    words = ["", *(_spelling(text, token) for token in tokens), "", ""]
    for i, token in enumerate(tokens):
        if sentence := _objection(token, *words[i : i + 4]):
            raise _refused(text, token, sentence, columns)
    _no_depth(tokens)
    return tokens


def span(token: Token) -> tuple[int, int]:
    return token.start, token.end + 1


def _spelling(text: str, token: Token) -> str:
    """As it stands in the text, in capitals if it is ASCII: a word with a dotless i has the type IN too."""
    word = text[token.start : token.end + 1]
    return word.upper() if word.isascii() and token.token_type != TokenType.STRING else word


def _no_gaps(text: str, tokens: Sequence[Token]) -> None:
    """Comments leave no token: whatever stands between two tokens and is not white space is one."""
    at = 0
    for start, end in [*map(span, tokens), (len(text), len(text))]:
        if gap := text[at:start].strip():
            begin = text.index(gap, at)
            raise Misread((begin, begin + len(gap)), COMMENT)
        at = end


def _no_depth(tokens: Sequence[Token]) -> None:
    depth = nots = 0
    for token in tokens:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        nots = nots + 1 if token.token_type == TokenType.NOT else 0
        if max(depth, nots) > DEEPEST:
            raise Misread(span(token), f"The scope is nested deeper than {DEEPEST} levels.")


def _objection(token: Token, before: str, word: str, after: str, second: str) -> str | None:
    """Why this word may not stand here, if so."""
    match token.token_type:
        case TokenType.STRING:
            plain = word[0] == "'" and word[1:-1].replace("''", "'") == token.text
            # Postgres joins two strings on two lines into one; nobody means that.
            return None if plain and not before.startswith("'") else QUOTING
        case TokenType.NUMBER | TokenType.IDENTIFIER:
            return None
        case TokenType.IS | TokenType.NOT | TokenType.NULL if no := _about_null(token, before, after, second):
            return no
        case TokenType.DASH if after[:1].isdigit() and before in BEFORE_NUMBER:
            return None
        case _ if word in KEYWORDS or word in SYMBOLS:
            return None
        case _:
            return _reason(token, word, after)


def _about_null(token: Token, before: str, after: str, second: str) -> str | None:
    """NULL stands after IS or IS NOT and nowhere else, and nothing else stands there."""
    match token.token_type:
        case TokenType.IS if after != "NULL" and (after, second) != ("NOT", "NULL"):
            return SWALLOWS.replace("{word}", "IS with anything but [NOT] NULL")
        case TokenType.NOT if after == "NULL" and before != "IS":
            return REASONS["NOTNULL"].replace("{word}", "NOT NULL")
        case TokenType.NULL if before not in {"IS", "NOT"}:
            return COMPARED_WITH_NULL
        case _:
            return None


def _reason(token: Token, word: str, after: str) -> str | None:
    if found := REASONS.get(word.split(maxsplit=1)[0]):
        return found
    if not (token.token_type == TokenType.VAR or (word.isascii() and word.isidentifier())):
        return QUOTING if "'" in word or "$" in word else "{word} is not part of the scope language."
    return FUNCTION if after == "(" else QUOTING if CURLY & set(word) else None


def _refused(text: str, token: Token, sentence: str, columns: Mapping[str, Column]) -> Misread:
    word = shown(text[token.start : token.end + 1])[:40]
    if word.lower() in columns:
        sentence += f' If the column is meant, write "{word.lower()}" in double quotes.'
    return Misread(span(token), sentence.replace("{word}", word))


def _unclosed(text: str) -> Misread:
    """The tokenizer says neither which quote was left open nor where."""
    quote, at = "", 0
    for index, char in enumerate(text):
        if not quote and char in "'\"":
            quote, at = char, index
        elif char == quote:
            quote = ""
    if quote:
        return Misread((at, at + 1), f"A quote is not closed: the {quote} opened here has no end.")
    if (begin := text.find("/*")) >= 0:
        return Misread((begin, begin + 2), COMMENT)
    dollar = max(text.find("$"), 0)
    return Misread((dollar, dollar + 1), QUOTING)
