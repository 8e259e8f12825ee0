// Syntax of Faultline.
//
// TERM is the end of a clause: a newline or `;` as frontend/parse/layout.cpp decides. It never stands at the start of
// a file or block, never twice, always before the end of a file, and before a `}` unless the block is empty; brackets
// are balanced. So every list below is LL(1), and recovery at the next TERM is always possible.
//
// The grammar takes a little more than the language where that makes one clear message out of a common mistake
// (`rule a.b`, `=` for `==`, chained comparisons); frontend/parse/build_*.cpp reports those.
parser grammar FaultlineParser;

options { tokenVocab = FaultlineLexer; }

// ---------------------------------------------------------------- entry points

file: item* EOF;
inlineClauses: clauseLine* EOF;
inlineExpression: expression TERM? EOF;

// ---------------------------------------------------------------- declarations

item: declaration TERM;

declaration
    : MODULE path                                                            # moduleHeader
    | LANGUAGE NUMBER                                                        # languageHeader
    | USE path (AS name)?                                                    # useDeclaration
    | PATTERN declName ASSIGN patternItem (BAR patternItem)*                 # patternDeclaration
    | FORMAT declName ASSIGN formatKind declOption* (fieldBlock declOption*)?  # formatDeclaration
    | WRAPPER declName ASSIGN formatKind declOption* (fieldBlock declOption*)? # wrapperDeclaration
    | (RULE | EVENT) declName clauseBlock                                    # ruleDeclaration
    ;

declName: path;

patternItem: string | REGEX;

formatKind
    : PLAIN
    | JSON (EACH string)?
    | LOGFMT
    | LINE patternItem (OR patternItem)*
    ;

declOption
    : MISSING string
    | DETECT patternItem (OR patternItem)*
    | INSIDE path
    | STREAM BY name (COMMA name)*
    ;

fieldBlock: LBRACE fieldEntry* RBRACE;
fieldEntry: field separator;
separator: COMMA TERM? | TERM;

field: name QUESTION? (COLON typeRef)? (FROM string)? (ASSIGN expression)? mapping?;

mapping: MAP LBRACE mapEntry* RBRACE;
mapEntry: mapPair separator;
mapPair: mapKey COLON expression;
mapKey: name | string | NUMBER;

// ---------------------------------------------------------------- clauses

clauseBlock: LBRACE clauseLine* RBRACE;
clauseLine: clause TERM;

clause
    : SEVERITY name                                                     # severityClause
    | (MATCH | THEN | WITHOUT | FROM) stageSource (OR stageSource)* stageTail*  # stageClause
    | WHERE expression                                                  # whereClause
    | LET name ASSIGN expression                                        # letClause
    | (AT | REPORT | FIX) expression                                    # textClause
    | (TAGS | SEE) listItem (COMMA listItem)*                           # listClause
    | STATUS name                                                       # statusClause
    | DEPRECATED string?                                                # deprecatedClause
    | TEST string? (FROM string | ESCAPED? FENCE) EXPECT expectation    # testClause
    ;

// match raw "…", match message "…", match "…", match event_name
stageSource: path patternItem? | patternItem;

stageTail
    : AS name                              # aliasTail
    | WHERE expression                     # whereTail
    | WITHIN operand (LINES | RECORDS | LINE)?    # windowTail
    ;

listItem: name | string;

expectation: NOTHING | NUMBER? finding*;
finding: LBRACE findingEntry* RBRACE;
findingEntry: expression separator;

// ---------------------------------------------------------------- expressions

expression
    : NOT expression                                    # notExpression
    | expression AND expression                         # andExpression
    | expression OR expression                          # orExpression
    | IF expression THEN expression ELSE expression     # ifExpression
    | plainName ARROW expression                        # lambdaExpression
    | operand comparison*                               # comparisonExpression
    ;

comparison
    : NOT? (EQUAL | NOT_EQUAL | LESS | LESS_EQUAL | GREATER | GREATER_EQUAL | ASSIGN
           | CONTAINS | STARTSWITH | ENDSWITH | MATCHES) operand  # relation
    | NOT? IN operand                                   # membership
    | NOT? BETWEEN operand AND operand                  # range
    | NOT? (MISSING | PRESENT)                          # presence
    ;

operand
    : primary                                           # primaryOperand
    | operand DOT name                                  # member
    | operand LBRACKET expression RBRACKET              # index
    | operand LPAREN (expression (COMMA expression)*)? RPAREN  # call
    | operand AS typeRef                                # cast
    | MINUS operand                                     # negation
    | operand (STAR | SLASH | MOD) operand              # product
    | operand (PLUS | MINUS) operand                    # sum
    | operand DEFAULT operand                           # fallback
    ;

primary
    : TRUE
    | FALSE
    | NUMBER
    | string
    | REGEX
    | plainName
    | LPAREN expression RPAREN
    | list
    | ERROR_VALUE
    ;

list: LBRACKET (expression (COMMA expression)* COMMA?)? RBRACKET;

typeRef: path (LPAREN (expression (COMMA expression)*)? RPAREN)?;

// ---------------------------------------------------------------- strings

string: STRING_OPEN stringPart* STRING_CLOSE | SINGLE_QUOTED;

stringPart
    : TEXT
    | ESCAPE
    | STRAY_CLOSE
    | ERROR_VALUE
    | LINE_START
    | LINE_END
    | HOLE_OPEN hole HOLE_CLOSE
    | GROUP_OPEN alternative (GROUP_BAR alternative)* (GROUP_CLOSE | GROUP_CLOSE_OPTIONAL)
    ;

hole: expression (COLON typeRef)? | COLON typeRef;

alternative: stringPart*;

// ---------------------------------------------------------------- names

path: name (DOT name)*;

// A word at the start of an expression: operators are no names there, write them in backquotes.
plainName
    : WORD | QUOTED_NAME
    | MODULE | LANGUAGE | USE | PATTERN | FORMAT | WRAPPER | EVENT | RULE
    | PLAIN | JSON | LOGFMT | LINE | EACH | DETECT | INSIDE | STREAM | BY | MAP
    | SEVERITY | MATCH | WITHOUT | FROM | WHERE | WITHIN | LINES | RECORDS | LET | AT | REPORT | FIX
    | TAGS | SEE | STATUS | DEPRECATED | TEST | ESCAPED | EXPECT | NOTHING
    ;

name
    : plainName
    | THEN | AS | AND | OR | NOT | IN | BETWEEN | CONTAINS | STARTSWITH | ENDSWITH | MATCHES
    | MISSING | PRESENT | DEFAULT | MOD | IF | ELSE | TRUE | FALSE
    ;
