// Addresses and networks. An address is 16 bytes, IPv4 mapped into IPv6 (::ffff:a.b.c.d, RFC 4291); a network
// is the address with its host bits zero and the length of its prefix (IPv4: 96 + length) in a 17th byte.
#ifndef FAULTLINE_SUPPORT_VALUE_IP_H_
#define FAULTLINE_SUPPORT_VALUE_IP_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace faultline {

inline constexpr std::size_t kIpSize = 16;
inline constexpr std::size_t kNetworkSize = 17;
using IpBytes = std::array<char, kIpSize>;
using NetworkBytes = std::array<char, kNetworkSize>;

// Dotted IPv4 without zeros at the front of a number; IPv6 as RFC 4291 writes it, with `::` and an IPv4 tail.
// No zones.
std::optional<IpBytes> ParseIp(std::string_view text);
// address/length; an address alone is a network of one. Host bits are cleared.
std::optional<NetworkBytes> ParseNetwork(std::string_view text);

// RFC 5952; IPv4 dotted. `?` for bytes of another size.
std::string FormatIp(std::string_view bytes);
std::string FormatNetwork(std::string_view bytes);

bool IsIpv4(std::string_view ip);
// An IPv4 address is in IPv4 networks only, also not in ::/0. False for bytes of another size.
bool NetworkContains(std::string_view network, std::string_view ip);

}  // namespace faultline

#endif  // FAULTLINE_SUPPORT_VALUE_IP_H_
