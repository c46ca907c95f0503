// A report as titles, sentences and tables of finished text: computed once from a Record, so that a
// format only decides how they look.
#pragma once

#include <string>
#include <vector>

#include "jetmeter/record.h"
#include "report/display.h"

namespace jetmeter {

struct Table {
  struct Heading {
    std::string title;
    Align align = Align::right;
    bool is_prose = false;  // never cut short, however narrow the page; of the last column
  };
  std::vector<Heading> headings;
  std::vector<std::vector<std::string>> rows;  // an empty text is shown as absent: "-"
};

struct Sentence {
  std::string text;
  std::string advice = {};  // what to do about it; may be empty
};

struct Section {
  std::string title;
  Table table = {};                      // may have no rows
  std::vector<Sentence> sentences = {};  // below the table
};

// Brief: what a person wants to see at the end of a run. Full: everything but the raw samples.
enum class Detail { brief, full };

// Facts of the slots, one row each, one column per slot; `brief` leaves out what no slot has.
Section slots_section(const Record&, Detail);
Section models_section(const Record&);
Section stages_section(const Record&);
// The layers of each profiled slot that took the most time, the slowest first.
Section layers_section(const Record&, Detail);
Section phases_section(const Record&);
Section detections_section(const Record&, Detail);
Section accuracy_section(const Record&);
Section pairs_section(const Record&);
// How work was offered and what ended it.
Section load_section(const Record&);
Section search_section(const Record&);
Section ladder_section(const Record&);
// Intervals of the percentiles, outliers, drift; brief only for loads.
Section statistics_section(const Record&, Detail);
// The footprints of the workers against their limits and their forecasts, largest first.
Section memory_section(const Record&, Detail);
Section energy_section(const Record&);
// What got into the measurements from outside, and into how many frames.
Section disturbances_section(const Record&);
Section thermal_section(const Record&);
Section machine_section(const Record&);
Section config_section(const Record&);
Section backends_section(const Record&);
Section channels_section(const Record&);
Section sensors_section(const Record&);
Section warnings_section(const Record&);
// What is absent although a reader may look for it, and what it would take.
Section unmeasured_section(const Record&, Detail);

// The above, in the order of reading, without the empty ones.
std::vector<Section> sections(const Record&, Detail);

}  // namespace jetmeter
