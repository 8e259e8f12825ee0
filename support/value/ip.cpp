// Reading and printing of addresses, written from RFC 4291 and RFC 5952; no system calls, so that every
// machine reads the same.
#include "support/value/ip.h"

#include "support/value/decimal.h"

#include <fmt/format.h>

namespace faultline {
namespace {

constexpr std::string_view kMappedPrefix{"\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12};
constexpr int kMappedBits = 96;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool ParseV4(std::string_view text, char* out) {
  for (int part = 0; part < 4; ++part) {
    std::size_t length = 0;
    int value = 0;
    while (length < text.size() && length < 3 && IsDigit(text[length]))
      value = value * 10 + (text[length++] - '0');
    if (length == 0 || value > 255 || (length > 1 && text[0] == '0')) return false;
    out[part] = static_cast<char>(value);
    text.remove_prefix(length);
    if (part < 3) {
      if (text.empty() || text.front() != '.') return false;
      text.remove_prefix(1);
    }
  }
  return text.empty();
}

std::optional<IpBytes> ParseV6(std::string_view text) {
  IpBytes bytes{};
  std::size_t size = 0;           // bytes written
  std::size_t gap = kIpSize + 1;  // where `::` stands
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  } else if (text.starts_with(':')) {
    return std::nullopt;
  }
  while (!text.empty()) {
    std::size_t length = 0;
    unsigned value = 0;
    while (length < text.size() && length < 5 && HexDigit(text[length]) >= 0) {
      value = value * 16 + static_cast<unsigned>(HexDigit(text[length++]));
    }
    if (length == 0 || length > 4) return std::nullopt;
    if (length < text.size() && text[length] == '.') {
      if (size > kIpSize - 4 || !ParseV4(text, &bytes[size])) return std::nullopt;
      size += 4;
      text = {};
      break;
    }
    if (size > kIpSize - 2) return std::nullopt;
    bytes[size++] = static_cast<char>(value >> 8);
    bytes[size++] = static_cast<char>(value & 0xFF);
    text.remove_prefix(length);
    if (text.empty()) break;
    if (text.front() != ':' || text.size() == 1) return std::nullopt;
    text.remove_prefix(1);
    if (text.front() == ':') {
      if (gap <= kIpSize) return std::nullopt;
      gap = size;
      text.remove_prefix(1);
    }
  }
  if (gap > kIpSize) {
    if (size != kIpSize) return std::nullopt;
    return bytes;
  }
  if (size > kIpSize - 2) return std::nullopt;  // `::` stands for at least one group
  IpBytes spread{};
  const std::size_t tail = size - gap;
  for (std::size_t i = 0; i < gap; ++i) spread[i] = bytes[i];
  for (std::size_t i = 0; i < tail; ++i) spread[kIpSize - tail + i] = bytes[gap + i];
  return spread;
}

unsigned Byte(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

}  // namespace

std::optional<IpBytes> ParseIp(std::string_view text) {
  if (text.size() > 45) return std::nullopt;
  if (text.find(':') != std::string_view::npos) return ParseV6(text);
  IpBytes bytes{};
  for (std::size_t i = 0; i < kMappedPrefix.size(); ++i) bytes[i] = kMappedPrefix[i];
  if (!ParseV4(text, &bytes[kMappedPrefix.size()])) return std::nullopt;
  return bytes;
}

std::optional<NetworkBytes> ParseNetwork(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const std::optional<IpBytes> ip = ParseIp(address);
  if (!ip) return std::nullopt;
  const bool v4 = address.find(':') == std::string_view::npos;
  std::int64_t length = 128;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    if (digits.empty() || !IsDigit(digits.front())) return std::nullopt;
    const std::optional<std::int64_t> written = ParseInt(digits);
    if (!written || *written > (v4 ? 32 : 128)) return std::nullopt;
    length = *written + (v4 ? kMappedBits : 0);
  }
  NetworkBytes network{};
  for (std::size_t i = 0; i < kIpSize; ++i) {
    const std::int64_t bits = length - static_cast<std::int64_t>(i) * 8;  // of this byte, that are kept
    const unsigned mask = bits >= 8 ? 0xFFU : bits <= 0 ? 0U : (0xFF00U >> bits) & 0xFFU;
    network[i] = static_cast<char>(static_cast<unsigned char>((*ip)[i]) & mask);
  }
  network[kIpSize] = static_cast<char>(length);
  return network;
}

bool IsIpv4(std::string_view ip) {
  return ip.size() >= kIpSize && ip.starts_with(kMappedPrefix);
}

std::string FormatIp(std::string_view bytes) {
  if (bytes.size() != kIpSize) return "?";
  if (IsIpv4(bytes)) {
    return fmt::format("{}.{}.{}.{}", Byte(bytes, 12), Byte(bytes, 13), Byte(bytes, 14), Byte(bytes, 15));
  }
  unsigned groups[8];
  for (std::size_t i = 0; i < 8; ++i) groups[i] = Byte(bytes, 2 * i) << 8 | Byte(bytes, 2 * i + 1);
  // The longest run of at least two zero groups, the first of equal ones.
  std::size_t best = 8;
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t length = 0;
    while (i + length < 8 && groups[i + length] == 0) ++length;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      out += "::";
      i += best_length - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    out += fmt::format("{:x}", groups[i]);
  }
  return out;
}

std::string FormatNetwork(std::string_view bytes) {
  if (bytes.size() != kNetworkSize) return "?";
  const std::string_view ip = bytes.substr(0, kIpSize);
  unsigned length = Byte(bytes, kIpSize);
  if (IsIpv4(ip) && length >= kMappedBits) length -= kMappedBits;
  return FormatIp(ip) + "/" + std::to_string(length);
}

bool NetworkContains(std::string_view network, std::string_view ip) {
  if (network.size() != kNetworkSize || ip.size() != kIpSize) return false;
  const unsigned length = Byte(network, kIpSize);
  if (length > 128) return false;
  const bool v4_network = IsIpv4(network) && length >= kMappedBits;
  if (IsIpv4(ip) != v4_network) return false;
  for (std::size_t i = 0; i < kIpSize; ++i) {
    const int bits = static_cast<int>(length) - static_cast<int>(i) * 8;
    if (bits <= 0) break;
    const unsigned mask = bits >= 8 ? 0xFFU : (0xFF00U >> bits) & 0xFFU;
    if ((Byte(network, i) & mask) != (Byte(ip, i) & mask)) return false;
  }
  return true;
}

}  // namespace faultline
