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
    | (RULE | EVENT | GRAPH | SCORE) declName clauseBlock                    # ruleDeclaration
    | SCOPE declName (BY name (COMMA name)*)? clauseBlock                    # scopeDeclaration
    | PART declName partBlock                                                # partDeclaration
    | TABLE declName LPAREN column (COMMA column)* RPAREN (FROM string | tableBlock)  # tableDeclaration
    | PARAM declName (COLON typeRef)? ASSIGN operand (BETWEEN operand AND operand)? string?  # paramDeclaration
    | OVERRIDE path overrideBlock                                            # overrideDeclaration
    | DISABLE path string? (UNTIL string)?                                   # disableDeclaration
    | ALLOW path WHERE expression string? (UNTIL string)?                    # allowDeclaration
    | PACK path packBlock                                                    # packDeclaration
    ;

declName: path;

patternItem: string | REGEX;

formatKind
    : PLAIN
    | JSON (EACH string)?
    | LOGFMT
    | LINE patternItem (OR patternItem)*
    | BLOCK partBlock
    ;

declOption
    : MISSING string
    | DETECT patternItem (OR patternItem)*
    | INSIDE path
    | STREAM BY name (COMMA name)*
    | BY name (COMMA name)*
    | LIMIT NUMBER (LINES | LINE)?
    ;

fieldBlock: LBRACE fieldEntry* RBRACE;
fieldEntry: field separator;
separator: COMMA TERM? | TERM;

field: name QUESTION? (COLON typeRef)? (FROM string)? (ASSIGN expression)? mapping?;

mapping: MAP LBRACE mapEntry* RBRACE;
mapEntry: mapPair separator;
mapPair: mapKey COLON expression;
mapKey: name | string | NUMBER;

column: name (COLON typeRef)?;
tableBlock: LBRACE tableLine* RBRACE;
tableLine: tableRow TERM;
tableRow: expression (COMMA expression)*;

overrideBlock: LBRACE overrideLine* RBRACE;
overrideLine: overrideEntry TERM;
overrideEntry
    : name ASSIGN expression
    | SEVERITY name
    | (REPORT | FIX) expression
    ;

packBlock: LBRACE packLine* RBRACE;
packLine: packEntry TERM;
packEntry
    : VERSION string
    | NEEDS packNeed (COMMA packNeed)*
    ;
packNeed: path GREATER_EQUAL string;

// ---------------------------------------------------------------- blocks

partBlock: LBRACE partLine* RBRACE;
partLine: blockPart TERM;

blockPart
    : patternItem (OR patternItem)*                                # linePart
    | OPTIONAL (partBlock | patternItem (OR patternItem | patternItem)* | blockPart)  # optionalPart
    | REQUIRED? REPEAT (OF path | partBlock | patternItem (OR patternItem)*)       # repeatPart
    | REQUIRED? REPEAT name (OF path | partBlock | patternItem (OR patternItem)*)  # repeatPart
    | ANY ORDER partBlock                                          # anyOrderPart
    | ONE OF partBlock                                             # oneOfPart
    | LINES name (UNTIL patternItem (OR patternItem)*)?            # textPart
    | BLANK                                                        # blankPart
    | SKIP_LINE patternItem (OR patternItem)*                      # skipPart
    | UNTIL patternItem (OR patternItem)*                          # untilPart
    | path                                                         # namedPart
    ;

// ---------------------------------------------------------------- clauses

clauseBlock: LBRACE clauseLine* RBRACE;
clauseLine: clause TERM;

clause
    : SEVERITY name                                                     # severityClause
    | (MATCH | THEN | WITHOUT | FROM | UNTIL | ENTER | PAUSE | CLOSE) EVERY? stageBody  # stageClause
    | MINUS? NUMBER stageBody                                           # entryClause
    | EDGE stageSource (OR stageSource)* FROM operand TO operand stageTail*  # edgeClause
    | WITH name ASSIGN (LATEST | NEXT) stageBody                        # withClause
    | (ALL | ANY NUMBER OF) (WITHIN window)? setBlock                   # setClause
    | BY expression (COMMA expression)*                                 # byClause
    | WITHIN window                                                     # withinClause
    | SKEW operand                                                      # skewClause
    | WHEN expression repetition?                                       # whenClause
    | EXPLAINS path explainsTail*                                       # explainsClause
    | CONFIDENCE (operand | confidenceBlock)                            # confidenceClause
    | NEEDS string (WHEN expression)?                                   # needsClause
    | WHERE expression                                                  # whereClause
    | LET name ASSIGN expression                                        # letClause
    | (AT | REPORT | FIX) expression                                    # textClause
    | (TAGS | SEE) listItem (COMMA listItem)*                           # listClause
    | STATUS name                                                       # statusClause
    | DEPRECATED string?                                                # deprecatedClause
    | TEST string? (FROM string | ESCAPED? FENCE | testBlock) EXPECT expectation    # testClause
    ;

// Without a source it is any event of the rule's `from`: match where kind == "x" as a
stageBody
    : stageSource (OR stageSource)* stageTail*
    | stageTail+
    ;

// match raw "…", match message "…", match "…", match event_name, match block {…}
stageSource: BLOCK partBlock | path patternItem? | patternItem;

stageTail
    : AS name                              # aliasTail
    | WHERE expression                     # whereTail
    | WITHIN window                        # windowTail
    | EACH operand                         # eachTail
    | IN name ROW                          # rowTail
    | IN name                              # roleTail
    | BY operand (COMMA operand)*          # byTail
    | (NUMBER TIMES | TWICE)               # timesTail
    | (BEFORE | AFTER | ACROSS) name       # nameTail
    | BETWEEN name AND name                # betweenTail
    ;

repetition: (NUMBER TIMES | TWICE) (IN name ROW)?;

window: operand (LINES | RECORDS | LINE)?;

setBlock: LBRACE setLine* RBRACE;
setLine: setPart TERM;
setPart: name ASSIGN stageBody;

explainsTail
    : AS name
    | WITHIN window
    | WHERE expression
    | CONFIDENCE operand
    ;

confidenceBlock: LBRACE confidenceLine* RBRACE;
confidenceLine: confidenceTerm TERM;
confidenceTerm: operand string? (WHEN expression string?)?;

testBlock: LBRACE testLine* RBRACE;
testLine: testItem TERM;
testItem
    : NOW string                                                  # nowItem
    | CONTEXT contextValue (COMMA contextValue)*                  # contextItem
    | INPUT (FROM string | ESCAPED? FENCE)                        # inputItem
    | INPUT name (FROM string | ESCAPED? FENCE)                   # inputItem
    | AT PLUS? NUMBER                                             # atItem
    | RUN testBlock                                               # runItem
    ;
contextValue: name ASSIGN string;

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
    | operand LPAREN (argument (COMMA argument)*)? RPAREN  # call
    | operand AS typeRef                                # cast
    | MINUS operand                                     # negation
    | operand (STAR | SLASH | MOD) operand              # product
    | operand (PLUS | MINUS) operand                    # sum
    | operand DEFAULT operand                           # fallback
    ;

argument: expression | windowArgument;

// count(over 5m), p90(duration, last 7d), count(over each 1m)
windowArgument
    : OVER EACH window
    | OVER SESSION window
    | (OVER | LAST | BEFORE) window
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
    | SCOPE | GRAPH | SCORE | PART | TABLE | PARAM | OVERRIDE | DISABLE | ALLOW | PACK
    | PLAIN | JSON | LOGFMT | LINE | EACH | DETECT | INSIDE | STREAM | BY | MAP
    | BLOCK | LIMIT | TO | VERSION | OPTIONAL | REQUIRED | REPEAT | OF | ORDER | ONE | BLANK | SKIP_LINE
    | SEVERITY | MATCH | WITHOUT | FROM | WHERE | WITHIN | LINES | RECORDS | LET | AT | REPORT | FIX
    | EVERY | UNTIL | BEFORE | AFTER | TIMES | TWICE | ROW | ACROSS | SKEW | ALL | ANY | WITH | LATEST | NEXT
    | WHEN | EXPLAINS | CONFIDENCE | NEEDS | ENTER | PAUSE | CLOSE | EDGE | OVER | SESSION | LAST
    | TAGS | SEE | STATUS | DEPRECATED | TEST | ESCAPED | EXPECT | NOTHING | NOW | CONTEXT | INPUT | RUN
    ;

name
    : plainName
    | THEN | AS | AND | OR | NOT | IN | BETWEEN | CONTAINS | STARTSWITH | ENDSWITH | MATCHES
    | MISSING | PRESENT | DEFAULT | MOD | IF | ELSE | TRUE | FALSE
    ;
