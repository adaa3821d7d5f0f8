#pragma once

#include <map>
#include <string>
#include <vector>

namespace date {
class time_zone;
}

namespace hark::phone {

/// Time zones of each country, the most populous first, as the system's tz database lists them (zone.tab).
std::map<std::string, std::vector<const date::time_zone*>, std::less<>> zones_by_country();

}  // namespace hark::phone
