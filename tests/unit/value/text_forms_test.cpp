// Durations, sizes, times, versions and addresses as text: what is read, what is refused, and that what is
// printed is read back as the same value.
#include "support/value/bytes.h"
#include "support/value/decimal.h"
#include "support/value/duration.h"
#include "support/value/ip.h"
#include "support/value/time.h"
#include "support/value/uuid.h"
#include "support/value/version.h"

#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <string>

namespace faultline {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr int kRounds = 20000;

// Numbers of every size, the limits among them.
std::int64_t AnyInteger(std::mt19937_64& random) {
  switch (random() % 16) {
    case 0:
      return kMin;
    case 1:
      return kMax;
    case 2:
      return 0;
    default:
      return static_cast<std::int64_t>(random()) >> (random() % 64);
  }
}

TEST_CASE("durations are read back exactly") {
  std::mt19937_64 random(1);
  for (int i = 0; i < kRounds; ++i) {
    const std::int64_t value = AnyInteger(random);
    const std::string text = FormatDuration(value);
    INFO(text);
    REQUIRE(ParseDuration(text) == value);
  }
}

TEST_CASE("durations of people and programs") {
  CHECK(ParseDuration("1m2.5s") == 62'500'000'000);
  CHECK(ParseDuration("1h0m0.000000001s") == kHour + 1);
  CHECK(ParseDuration("2 weeks") == 2 * kWeek);
  CHECK(ParseDuration("1.5 Hours") == kHour + 30 * kMinute);
  CHECK(ParseDuration("3 msec") == 3 * kMillisecond);
  CHECK(ParseDuration("0.1s") == 100 * kMillisecond);  // a double would give 100000000.00000001
  CHECK(ParseDuration("9223372036.854775807s") == kMax);
  CHECK(ParseDuration("-9223372036.854775808s") == kMin);
  for (const char* text : {"", "-", "5", "s", "5 S", "5m5", "5m ", "5m,", "1h and", "9223372036.854775808s",
                           "1..5s", "1e3s", "5M"}) {
    INFO(text);
    CHECK(!ParseDuration(text));
  }
}

TEST_CASE("decimals are scaled exactly") {
  CHECK(ScaleDecimal("0.1", 1'000'000'000) == 100'000'000);
  CHECK(ScaleDecimal("1767323045.123456789", 1'000'000'000) == 1'767'323'045'123'456'789);
  CHECK(ScaleDecimal("1e-9", 1'000'000'000) == 1);
  CHECK(ScaleDecimal("9.9e-10", 1'000'000'000) == 0);
  CHECK(ScaleDecimal("-0.5", 1) == 0);
  CHECK(ScaleDecimal("12.5e1", 1) == 125);
  CHECK(ScaleDecimal("0.000e999999", 1) == 0);
  CHECK(ScaleDecimal("0e99999999999", 1) == 0);
  CHECK(ScaleDecimal("9223372036854775807", 1) == kMax);
  CHECK(ScaleDecimal("-9223372036854775808", 1) == kMin);
  CHECK(ScaleDecimal("5.", 1) == 5);
  CHECK(ScaleDecimal(".5", 2) == 1);
  for (const char* text :
       {"", "-", ".", "e5", "1e", "1e+", "9223372036854775808", "1e19", "1x", "0x1", "1e99999999999"}) {
    INFO(text);
    CHECK(!ScaleDecimal(text, 1));
  }
  std::mt19937_64 random(2);
  for (int i = 0; i < kRounds; ++i) {
    const std::int64_t value = AnyInteger(random);
    std::string text;
    AppendScaled(text, value, 9);
    INFO(text);
    REQUIRE(ScaleDecimal(text, 1'000'000'000) == value);
    REQUIRE(ParseInt(std::to_string(value)) == value);
  }
}

TEST_CASE("floats print their shortest text") {
  CHECK(FormatFloat(0.1) == "0.1");
  CHECK(FormatFloat(3) == "3");
  CHECK(FormatFloat(-0.0) == "0");
  CHECK(FormatFloat(1e20) == "1e+20");
  std::mt19937_64 random(3);
  for (int i = 0; i < kRounds; ++i) {
    const double value = static_cast<double>(AnyInteger(random)) / static_cast<double>((random() >> 20) + 1);
    REQUIRE(ParseFloat(FormatFloat(value)) == value);
  }
}

TEST_CASE("sizes") {
  CHECK(FormatBytes(0) == "0B");
  CHECK(FormatBytes(1024) == "1KiB");
  CHECK(FormatBytes(1536) == "1.5KiB");
  CHECK(FormatBytes(1048575) == "1MiB");
  CHECK(FormatBytes(kMax) == "8EiB");
  CHECK(FormatBytes(kMin) == "-8EiB");
  CHECK(FormatBytes(-66000000) == "-62.94MiB");
  CHECK(ParseBytes("8EiB") == std::nullopt);
  CHECK(ParseBytes("-8EiB") == kMin);
  CHECK(ParseBytes("1.0000000001GiB") == 1073741824);
  for (const char* text : {"", "B", "5 XB", "5 kbit", "5  Kb", "5 i", "1e3", "5 MiBs"}) {
    INFO(text);
    CHECK(!ParseBytes(text));
  }
}

TEST_CASE("the calendar agrees with counting days") {
  // Every day of 1600 to 2400 by carrying days, months and years.
  std::int64_t days = DaysFromCivil(1600, 1, 1);
  for (std::int64_t year = 1600; year < 2400; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= DaysInMonth(year, month); ++day, ++days) {
        const CivilTime civil = CivilFromDays(days);
        if (DaysFromCivil(year, month, day) != days || civil.year != year || civil.month != month ||
            civil.day != day) {
          FAIL(year << "-" << month << "-" << day);
        }
      }
    }
  }
  CHECK(DaysFromCivil(1970, 1, 1) == 0);
  CHECK(DayOfWeek(0) == 4);
  CHECK(DayOfWeek(DaysFromCivil(2026, 3, 1)) == 0);
  CHECK(DayOfWeek(DaysFromCivil(1900, 1, 1)) == 1);
}

TEST_CASE("times are read back exactly") {
  std::mt19937_64 random(4);
  for (int i = 0; i < kRounds; ++i) {
    const std::int64_t value = AnyInteger(random);
    const std::string text = FormatTime(value);
    INFO(text);
    REQUIRE(ParseTime(text, {}) == value);
    const auto by_form = FormatTimeBy(value, "%a, %d %b %Y %H:%M:%S.%9f %z");
    REQUIRE(by_form.has_value());
    REQUIRE(ParseTimeBy(*by_form, "%a, %d %b %Y %H:%M:%S.%f %z", {}) == value);
  }
  CHECK(FormatTime(kMin) == "1677-09-21T00:12:43.145224192Z");
  CHECK(FormatTime(kMax) == "2262-04-11T23:47:16.854775807Z");
  CHECK(!ParseTime("2262-04-11T23:47:16.854775808Z", {}));
}

TEST_CASE("a time without a year is the latest that is not after tomorrow") {
  const std::int64_t now = *ParseTime("2026-01-01T10:00:00Z", {});
  const auto read = [now](std::string_view text) { return FormatTime(ParseTime(text, {now, 0}).value()); };
  CHECK(read("Dec 31 23:00:00") == "2025-12-31T23:00:00Z");
  CHECK(read("Jan  1 10:00:00") == "2026-01-01T10:00:00Z");
  CHECK(read("Jan  2 10:00:00") == "2026-01-02T10:00:00Z");  // now + 1 day
  CHECK(read("Jan  2 10:00:01") == "2025-01-02T10:00:01Z");
  CHECK(read("Feb 29 00:00:00") == "2024-02-29T00:00:00Z");
  CHECK(!ParseTime("Feb 30 00:00:00", {now, 0}));
  // On New Year's Eve the next day belongs to the next year.
  const std::int64_t eve = *ParseTime("2025-12-31T23:30:00Z", {});
  CHECK(FormatTime(*ParseTime("Jan  1 00:10:00", {eve, 0})) == "2026-01-01T00:10:00Z");
  // Without a zone it is the given one.
  CHECK(FormatTime(*ParseTime("2026-01-02 03:04:05", {now, 3600})) == "2026-01-02T02:04:05Z");
  CHECK(FormatTime(*ParseTime("2026-01-02 03:04:05 PST", {now, 3600})) == "2026-01-02T11:04:05Z");
  CHECK(!ParseTime("2026-01-02 03:04:05 IST", {now, 3600}));  // India, Ireland or Israel
}

TEST_CASE("module versions stand in Go's order") {
  // The example of SemVer 2.0.0 section 11, and golang.org/x/mod/semver's own.
  constexpr std::string_view kOrder[] = {"v0.0.0-20230101000000-aaaaaaaaaaaa",
                                         "v0.0.0-20240101000000-000000000000",
                                         "v0.1.0",
                                         "v1.0.0-alpha",
                                         "v1.0.0-alpha.1",
                                         "v1.0.0-alpha.beta",
                                         "v1.0.0-beta",
                                         "v1.0.0-beta.2",
                                         "v1.0.0-beta.11",
                                         "v1.0.0-rc.1",
                                         "v1.0.0",
                                         "v1.2.0",
                                         "v1.10.0",
                                         "v2.0.0+incompatible",
                                         "v18446744073709551616.0.0"};
  for (std::size_t i = 0; i < std::size(kOrder); ++i) {
    for (std::size_t k = 0; k < std::size(kOrder); ++k) {
      INFO(kOrder[i] << " and " << kOrder[k]);
      CHECK(CompareSemver(kOrder[i], kOrder[k]) == (i < k ? -1 : i > k ? 1 : 0));
    }
  }
  CHECK(CompareSemver("v1", "1.0.0+x") == 0);
  CHECK(HashSemver("v1", 7) == HashSemver("1.0.0+x", 7));
  CHECK(CompareSemver("nonsense", "v0.0.0-0") == -1);
  for (const char* text : {"", "v", "v1.", "v1.2.", "v1.2.3.4", "v1-rc", "v1.2.3-", "v1.2.3+", "v1.2.3-a..b",
                           "v1.2.3-01", "V1.2.3", "v1.2.3 "}) {
    INFO(text);
    CHECK(!ParseSemver(text));
  }
}

TEST_CASE("versions of Go stand in Go's order") {
  // go/version: before 1.21 `go1.20` is the first release; from 1.21 on it is the language and stands first.
  constexpr std::string_view kOrder[] = {"go1",      "go1.5",     "go1.9.2", "go1.10",      "go1.20rc1",
                                         "go1.20",   "go1.20.1",  "go1.21",  "go1.21beta1", "go1.21rc2",
                                         "go1.21.0", "go1.21.10", "go1.22",  "go2.0"};
  for (std::size_t i = 0; i < std::size(kOrder); ++i) {
    for (std::size_t k = 0; k < std::size(kOrder); ++k) {
      INFO(kOrder[i] << " and " << kOrder[k]);
      CHECK(CompareGoVersion(kOrder[i], kOrder[k]) == (i < k ? -1 : i > k ? 1 : 0));
    }
  }
  CHECK(CompareGoVersion("go1.20", "1.20.0") == 0);
  CHECK(CompareGoVersion("go1.21.3-custom", "go1.21.3") == 0);
  CHECK(HashGoVersion("go1.20", 7) == HashGoVersion("1.20.0", 7));
  for (const char* text :
       {"", "go", "go1.", "go1.21.", "go1.21rc", "go1.021", "devel", "go1.21.3rc1", "go1.21x2"}) {
    INFO(text);
    CHECK(!ParseGoVersion(text));
  }
}

std::string Ip(std::string_view text) {
  const auto ip = ParseIp(text);
  return ip ? FormatIp({ip->data(), ip->size()}) : "-";
}
std::string Network(std::string_view text) {
  const auto network = ParseNetwork(text);
  return network ? FormatNetwork({network->data(), network->size()}) : "-";
}

TEST_CASE("addresses are read and printed in one form") {
  CHECK(Ip("192.0.2.1") == "192.0.2.1");
  CHECK(Ip("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
  CHECK(Ip("2001:db8:0:1:1:1:1:1") ==
        "2001:db8:0:1:1:1:1:1");  // one group of zeros is not shortened (RFC 5952)
  CHECK(Ip("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");
  CHECK(Ip("::") == "::");
  CHECK(Ip("1::") == "1::");
  CHECK(Ip("::ffff:1.2.3.4") == "1.2.3.4");
  CHECK(Ip("64:ff9b::1.2.3.4") == "64:ff9b::102:304");
  for (const char* text : {"", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04",
                           "::1::", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8",
                           "::1.2.3", "1.2.3.4::", "fe80::1%eth0", "::g", "1:"}) {
    INFO(text);
    CHECK(Ip(text) == "-");
  }
  CHECK(Network("10.1.2.3/8") == "10.0.0.0/8");
  CHECK(Network("10.1.2.3/0") == "0.0.0.0/0");
  CHECK(Network("fe80::1/10") == "fe80::/10");
  CHECK(Network("::1") == "::1/128");
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/+8", "10.0.0.0/8/8"}) {
    INFO(text);
    CHECK(Network(text) == "-");
  }
  std::mt19937_64 random(5);
  for (int i = 0; i < kRounds; ++i) {
    std::string bytes;
    for (std::size_t k = 0; k < kIpSize; ++k)
      bytes += random() % 2 == 0 ? '\0' : static_cast<char>(random() & 0xFF);
    const auto again = ParseIp(FormatIp(bytes));
    REQUIRE(again.has_value());
    REQUIRE(std::string(again->data(), again->size()) == bytes);
  }
}

TEST_CASE("UUIDs have one form") {
  const auto uuid = ParseUuid("{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}");
  REQUIRE(uuid.has_value());
  CHECK(std::string(uuid->data(), uuid->size()) == "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  for (const char* text :
       {"", "6ba7b810", "6ba7b810-9dad-11d1-80b4-00c04fd430c", "6ba7b8109-dad-11d1-80b4-00c04fd430c8",
        "6ba7b810-9dad-11d1-80b4-00c04fd430cx", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8"}) {
    INFO(text);
    CHECK(!ParseUuid(text));
  }
}

}  // namespace
}  // namespace faultline
