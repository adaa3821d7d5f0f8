#include "phone/zones.h"

#include <date/tz.h>

#include <exception>
#include <fstream>
#include <sstream>

namespace hark::phone {

std::map<std::string, std::vector<const date::time_zone*>, std::less<>> zones_by_country() {
  std::map<std::string, std::vector<const date::time_zone*>, std::less<>> out;
  std::ifstream table{"/usr/share/zoneinfo/zone.tab"};
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields{line};
    std::string country, place, zone;
    if (line.starts_with('#') || !(fields >> country >> place >> zone)) continue;
    try {
      out[country].push_back(date::locate_zone(zone));
    } catch (const std::exception&) {  // how the library says that it has none of that name
    }
  }
  return out;
}

}  // namespace hark::phone
