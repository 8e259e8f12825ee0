// Tokens of Faultline.
//
// Text of strings is lexed by modes: STRING for "…", HASH for #"…"#, and a group mode for each, in which `|` and the
// closing bracket of a group are special. A hole pushes the default mode, so that everything an expression may hold,
// strings included, may stand in it.
//
// Three things that a lexer grammar cannot say without embedded code are done by frontend/parse/scanner.cpp, which
// drives this lexer:
//   - a `}` that closes a hole becomes HOLE_CLOSE and pops the mode;
//   - FENCE is extended to its closing fence, BLOCK_COMMENT to its end;
//   - a newline inside a string (no string spans lines) is reported, and the modes are unwound.
// frontend/parse/layout.cpp then turns newlines and `;` into TERM, the end of a clause.
//
// Bytes above 0x7f reach the lexer as one stand-in character (0x7f): no rule needs to tell them apart, and token text
// is taken from the file by offset.
lexer grammar FaultlineLexer;

tokens { HOLE_CLOSE, TERM, ERROR_VALUE }

// ---- words: every one is also a name where no ambiguity arises (rules `name` and `plainName` of the parser)

MODULE: 'module';
LANGUAGE: 'language';
USE: 'use';
PATTERN: 'pattern';
FORMAT: 'format';
WRAPPER: 'wrapper';
EVENT: 'event';
RULE: 'rule';
SCOPE: 'scope';
GRAPH: 'graph';
SCORE: 'score';
PART: 'part';
TABLE: 'table';
PARAM: 'param';
OVERRIDE: 'override';
DISABLE: 'disable';
ALLOW: 'allow';
PACK: 'pack';

PLAIN: 'plain';
JSON: 'json';
LOGFMT: 'logfmt';
LINE: 'line';
EACH: 'each';
DETECT: 'detect';
INSIDE: 'inside';
STREAM: 'stream';
BY: 'by';
MAP: 'map';
BLOCK: 'block';
LIMIT: 'limit';
TO: 'to';
VERSION: 'version';

OPTIONAL: 'optional';
REQUIRED: 'required';
REPEAT: 'repeat';
OF: 'of';
ORDER: 'order';
ONE: 'one';
BLANK: 'blank';
SKIP_LINE: 'skip';

SEVERITY: 'severity';
MATCH: 'match';
THEN: 'then';
WITHOUT: 'without';
FROM: 'from';
AS: 'as';
WHERE: 'where';
WITHIN: 'within';
LINES: 'lines';
RECORDS: 'records';
EVERY: 'every';
UNTIL: 'until';
BEFORE: 'before';
AFTER: 'after';
TIMES: 'times';
TWICE: 'twice';
ROW: 'row';
ACROSS: 'across';
SKEW: 'skew';
ALL: 'all';
ANY: 'any';
WITH: 'with';
LATEST: 'latest';
NEXT: 'next';
WHEN: 'when';
EXPLAINS: 'explains';
CONFIDENCE: 'confidence';
NEEDS: 'needs';
ENTER: 'enter';
PAUSE: 'pause';
CLOSE: 'close';
EDGE: 'edge';
OVER: 'over';
SESSION: 'session';
LAST: 'last';
LET: 'let';
AT: 'at';
REPORT: 'report';
FIX: 'fix';
TAGS: 'tags';
SEE: 'see';
STATUS: 'status';
DEPRECATED: 'deprecated';
TEST: 'test';
ESCAPED: 'escaped';
EXPECT: 'expect';
NOTHING: 'nothing';
NOW: 'now';
CONTEXT: 'context';
INPUT: 'input';
RUN: 'run';

AND: 'and';
OR: 'or';
NOT: 'not';
IN: 'in';
BETWEEN: 'between';
CONTAINS: 'contains';
STARTSWITH: 'startswith';
ENDSWITH: 'endswith';
MATCHES: 'matches';
MISSING: 'missing';
PRESENT: 'present';
DEFAULT: 'default';
MOD: 'mod';
IF: 'if';
ELSE: 'else';
TRUE: 'true';
FALSE: 'false';

WORD: [A-Za-z_] [A-Za-z0-9_]*;
QUOTED_NAME: '`' ~[`\r\n]* '`';

// ---- literals

// One token for integers, fractions, durations, sizes and percentages; the parser tells them apart and names the
// mistake in those that are none (12parsecs, 1.2.3).
NUMBER: [0-9] [0-9A-Za-z_]* ('.' [0-9A-Za-z_]+)* '%'?
      | [0-9]+ ('.' [0-9]+)? [eE] [+-] [0-9]+;

REGEX: 'r"' (~["\\\r\n] | '\\' ~[\r\n])* '"' [A-Za-z_]*
     | 'r#"' ~[\r\n]*? '"#' [A-Za-z_]*;
OPEN_REGEX: 'r"' (~["\\\r\n] | '\\' ~[\r\n])*
          | 'r#"' ~[\r\n]*;

FENCE: '"""' '"'*;
STRING_OPEN: '"' -> pushMode(STRING);
HASH_OPEN: '#"' -> type(STRING_OPEN), pushMode(HASH);

// ---- symbols

LBRACE: '{';
RBRACE: '}';
LPAREN: '(';
RPAREN: ')';
LBRACKET: '[';
RBRACKET: ']';
COMMA: ',';
COLON: ':';
DOT: '.';
QUESTION: '?';
BAR: '|';
ARROW: '->';
ASSIGN: '=';
EQUAL: '==';
NOT_EQUAL: '!=';
LESS: '<';
LESS_EQUAL: '<=';
GREATER: '>';
GREATER_EQUAL: '>=';
PLUS: '+';
MINUS: '-';
STAR: '*';
SLASH: '/';
SEMICOLON: ';';

// ---- blanks and comments

NEWLINE: '\r'? '\n' | '\r';
BLANKS: [ \t\f\u000B]+ -> skip;
DOC: '///' ~[\r\n]*;
COMMENT: '//' ~[\r\n]*;

// ---- what other languages write; reported with what to write here

BLOCK_COMMENT: '/*';
HASH_COMMENT: '#' (~["\r\n] ~[\r\n]*)?;
AND_AND: '&&';
OR_OR: '||';
EXCLAMATION: '!';
TRIPLE_EQUAL: '===';
LESS_GREATER: '<>';
SINGLE_QUOTED: '\'' ~['\r\n]* '\'';
OTHER: .;

// ---- text of strings

mode STRING;
STRING_CLOSE: '"' [A-Za-z_]* -> popMode;
LINE_START: '{^}';
LINE_END: '{$}';
GROUP_OPEN: ('{(' | '{' (CAPTURE? ':') GAP* '(') -> pushMode(STRING_GROUP);
HOLE_OPEN: '{' -> pushMode(DEFAULT_MODE);
STRAY_CLOSE: '}';
ESCAPE: '\\' ('x' HEX HEX | 'u' '{' HEX+ '}' | ~[\r\n])?;
TEXT: ~["{}\\\r\n]+;
STRING_NEWLINE: ('\r'? '\n' | '\r') -> type(NEWLINE);
fragment HEX: [0-9A-Fa-f];
fragment GAP: [ \t];
fragment CAPTURE: GAP* ([A-Za-z_] [A-Za-z0-9_]* | '`' ~[`\r\n]* '`') GAP*;

mode STRING_GROUP;
SG_CLOSE: '"' [A-Za-z_]* -> type(STRING_CLOSE), popMode;
SG_LINE_START: '{^}' -> type(LINE_START);
SG_LINE_END: '{$}' -> type(LINE_END);
SG_OPEN: ('{(' | '{' (CAPTURE? ':') GAP* '(') -> type(GROUP_OPEN), pushMode(STRING_GROUP);
SG_HOLE: '{' -> type(HOLE_OPEN), pushMode(DEFAULT_MODE);
GROUP_CLOSE: ')}' -> popMode;
GROUP_CLOSE_OPTIONAL: ')?}' -> popMode;
GROUP_BAR: '|';
SG_STRAY: '}' -> type(STRAY_CLOSE);
SG_ESCAPE: '\\' ('x' HEX HEX | 'u' '{' HEX+ '}' | ~[\r\n])? -> type(ESCAPE);
SG_TEXT: (~["{}\\\r\n|)]+ | ')') -> type(TEXT);
SG_NEWLINE: ('\r'? '\n' | '\r') -> type(NEWLINE);

mode HASH;
HASH_CLOSE: '"#' [A-Za-z_]* -> type(STRING_CLOSE), popMode;
H_LINE_START: '{^}' -> type(LINE_START);
H_LINE_END: '{$}' -> type(LINE_END);
H_OPEN: ('{(' | '{' (CAPTURE? ':') GAP* '(') -> type(GROUP_OPEN), pushMode(HASH_GROUP);
H_HOLE: '{' -> type(HOLE_OPEN), pushMode(DEFAULT_MODE);
H_STRAY: '}' -> type(STRAY_CLOSE);
H_ESCAPE: '\\' ('x' HEX HEX | 'u' '{' HEX+ '}' | ~[\r\n])? -> type(ESCAPE);
H_TEXT: (~["{}\\\r\n]+ | '"') -> type(TEXT);
H_NEWLINE: ('\r'? '\n' | '\r') -> type(NEWLINE);

mode HASH_GROUP;
HG_CLOSE: '"#' [A-Za-z_]* -> type(STRING_CLOSE), popMode;
HG_LINE_START: '{^}' -> type(LINE_START);
HG_LINE_END: '{$}' -> type(LINE_END);
HG_OPEN: ('{(' | '{' (CAPTURE? ':') GAP* '(') -> type(GROUP_OPEN), pushMode(HASH_GROUP);
HG_HOLE: '{' -> type(HOLE_OPEN), pushMode(DEFAULT_MODE);
HG_GROUP_CLOSE: ')}' -> type(GROUP_CLOSE), popMode;
HG_GROUP_CLOSE_OPTIONAL: ')?}' -> type(GROUP_CLOSE_OPTIONAL), popMode;
HG_BAR: '|' -> type(GROUP_BAR);
HG_STRAY: '}' -> type(STRAY_CLOSE);
HG_ESCAPE: '\\' ('x' HEX HEX | 'u' '{' HEX+ '}' | ~[\r\n])? -> type(ESCAPE);
HG_TEXT: (~["{}\\\r\n|)]+ | ')' | '"') -> type(TEXT);
HG_NEWLINE: ('\r'? '\n' | '\r') -> type(NEWLINE);
