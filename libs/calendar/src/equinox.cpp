// The simple formula of the Hydrographic Department of the Japan Coast Guard
// (海上保安庁水路部「暦計算研究会編 新こよみ便利帳」, 1991): a mean day and 0.242194 days more a year, less
// the leap days. In millionths of a day.
#include "equinox.hpp"

namespace rescue::calendar {
namespace {

constexpr long long kMillion = 1'000'000;
constexpr long long kDriftPerYear = 242'194;

/// The mean day by era, in millionths.
struct Era {
  int first, last;
  long long vernal, autumnal;
};
constexpr Era kEras[] = {
    {1900, 1979, 20'835'700, 23'258'800},
    {1980, 2099, 20'843'100, 23'248'800},
    {2100, 2150, 21'851'000, 24'248'800},
};

long long floor_of_quarter(int years) {
  return years >= 0 ? years / 4 : -((3 - years) / 4);
}

int day_in(int year, long long Era::*mean) {
  for (const auto& era : kEras) {
    if (year < era.first || year > era.last) continue;
    // The formula's first era counts leap days from 1983, rounded towards zero: the same as from 1980.
    const auto whole = era.*mean + kDriftPerYear * (year - 1980);
    return static_cast<int>(whole / kMillion - floor_of_quarter(year - 1980));
  }
  return 0;
}

}  // namespace

int vernal_equinox_day(int year) {
  return day_in(year, &Era::vernal);
}

int autumnal_equinox_day(int year) {
  return day_in(year, &Era::autumnal);
}

}  // namespace rescue::calendar
