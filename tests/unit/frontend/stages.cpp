// Stages and clauses of rules over many records: what the tree holds, and the style. No case file, since the
// names in it lead nowhere.
#include "frontend/ast/dump.h"
#include "frontend/ast/format.h"
#include "tests/unit/frontend/parsing.h"

#include <catch2/catch.hpp>

namespace faultline::testing {
namespace {

constexpr const char* kRules = R"X(module demo
rule r {
  severity warning
  by user,pod
  match login as a
  then payment_failed 3 times in a row within 5m as b
  until give_up
  then every logout within 20 records as c
  within 90s
  skew 200ms
  without payment_ok where n == 1 between a and c
  without refund by customer before c
  without e each deps as dep in before
  then where kind == "x" twice within test as d
  all within 5m { probe = p.q ; growth = m where value>500 }
  any 2 of { x = "x"; y = "y" in after }
  with header = latest step where header.step == step across source
  when duration > 1.8 * p90(duration,last 7d) and count(over each 1m)>2 and count(over session 30s, before 5m) > 1 twice in a row
  explains other as o within job where o.x == 1 confidence 0.6
  confidence { 0.4; -0.2 when x "why"; 0.1 "why" when y }
  needs "a profile" when waited>5m
  report "x"
}
)X";

constexpr const char* kTree = R"X(module demo
  rule r
    severity warning
    by user pod
    match
      or name login
      as a
    then
      or name payment_failed
      as b
      times 3 in-a-row
      within 300000000000ns
    until
      or name give_up
    then every
      or name logout
      as c
      within 20 records
    within 90000000000ns
    skew 200000000ns
    without
      or name payment_ok
      where (== n 1)
      after a
      before c
    without
      or name refund
      by customer
      before c
    without
      or name e
      each deps as dep
      in before
    then
      as d
      where (== kind "x")
      times 2
      within scope test
    all within 300000000000ns
      part
        or name p.q
        as probe
      part
        or name m
        as growth
        where (> value 500)
    any 2 of
      part
        or "x"
        as x
      part
        or "y"
        in after
        as y
    latest
      or name step
      as header
      where (== header.step step)
      across source
    when (and (and (> duration (* 1.8 (call p90 duration (last 604800000000000ns)))) (> (call count (over-each 60000000000ns)) 2)) (> (call count (over-session 30000000000ns) (before 300000000000ns)) 1))
      times 2 in-a-row
    explains other
      as o
      within scope job
      where (== o.x 1)
      confidence 0.6
    confidence sum
      0.4
      -0.2 "why" when x
      0.1 "why" when y
    needs "a profile" when (> waited 300000000000ns)
    report "x"
)X";

constexpr const char* kFormatted = R"X(module demo
rule r {
  severity warning
  by user, pod
  match login as a
  then payment_failed 3 times in a row within 5m as b
  until give_up
  then every logout within 20 records as c
  within 90s
  skew 200ms
  without payment_ok where n == 1 between a and c
  without refund by customer before c
  without e each deps as dep in before
  then where kind == "x" twice within test as d
  all within 5m { probe = p.q; growth = m where value > 500 }
  any 2 of { x = "x"; y = "y" in after }
  with header = latest step where header.step == step across source
  when duration > 1.8 * p90(duration, last 7d) and count(over each 1m) > 2 and count(over session 30s, before 5m) > 1 twice in a row
  explains other as o within job where o.x == 1 confidence 0.6
  confidence { 0.4; -0.2 when x "why"; 0.1 "why" when y }
  needs "a profile" when waited > 5m
  report "x"
}
)X";

}  // namespace

TEST_CASE("stages, sets, joins and windows of aggregates") {
  const Parsed parsed(kRules);
  CHECK(parsed.All().empty());
  CHECK(ast::Dump(parsed.result.module) == kTree);
  CHECK(ast::Format(kRules, parsed.result.tokens, true).text == kFormatted);
  CHECK(ast::Format(kFormatted, Parsed(kFormatted).result.tokens, true).text == kFormatted);
}

}  // namespace faultline::testing
