#pragma once

namespace rescue::calendar {

/// The day of March on which the vernal equinox falls in Japan, 1900 to 2150; 0 in other years.
int vernal_equinox_day(int year);
/// The day of September on which the autumnal equinox falls in Japan, 1900 to 2150; 0 in other years.
int autumnal_equinox_day(int year);

}  // namespace rescue::calendar
