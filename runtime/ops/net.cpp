// Addresses, and the hosts and ports of URLs.
#include "runtime/ops/define.h"
#include "support/value/decimal.h"
#include "support/value/ip.h"

namespace faultline::runtime {
namespace {

constexpr std::int64_t kLargestPort = 65535;

bool InNetwork(std::string_view ip, std::string_view network) {
  const std::optional<NetworkBytes> bytes = ParseNetwork(network);
  return bytes && NetworkContains({bytes->data(), bytes->size()}, ip);
}

// host and port as they are written.
struct Authority {
  std::string_view host;
  std::string_view port;
};

// scheme://user@host:port/path, //host, host:port, [::1]:80, or a host alone (RFC 3986, section 3.2).
Authority SplitAuthority(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    text.remove_prefix(scheme + 3);
  } else if (text.starts_with("//")) {
    text.remove_prefix(2);
  }
  text = text.substr(0, text.find_first_of("/?#"));
  if (const std::size_t user = text.rfind('@'); user != std::string_view::npos) text.remove_prefix(user + 1);
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return {};
    const std::string_view rest = text.substr(close + 1);
    return {text.substr(1, close - 1), rest.starts_with(':') ? rest.substr(1) : std::string_view()};
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {text, {}};
  if (text.find(':', colon + 1) != std::string_view::npos) return {text, {}};  // an IPv6 address alone
  return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

FAULTLINE_OP(host_text) {
  const Authority authority = SplitAuthority(args[0].AsText());
  *out = authority.host.empty() ? Value::Missing() : Value::Text(authority.host);
}

FAULTLINE_OP(port_text) {
  const Authority authority = SplitAuthority(args[0].AsText());
  const bool digits =
      !authority.port.empty() && authority.port.find_first_not_of("0123456789") == std::string_view::npos;
  const std::optional<std::int64_t> port = digits ? ParseInt(authority.port) : std::nullopt;
  *out = port && *port <= kLargestPort ? Value::Int(*port) : Value::Missing();
}

FAULTLINE_OP(is_ipv4) {
  *out = Value::Bool(IsIpv4(args[0].AsText()));
}
FAULTLINE_OP(is_private_ip) {
  const std::string_view ip = args[0].AsText();
  *out = Value::Bool(InNetwork(ip, "10.0.0.0/8") || InNetwork(ip, "172.16.0.0/12") ||
                     InNetwork(ip, "192.168.0.0/16") || InNetwork(ip, "fc00::/7"));
}
FAULTLINE_OP(is_loopback_ip) {
  const std::string_view ip = args[0].AsText();
  *out = Value::Bool(InNetwork(ip, "127.0.0.0/8") || InNetwork(ip, "::1/128"));
}

}  // namespace faultline::runtime
