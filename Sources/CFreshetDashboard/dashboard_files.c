// The dashboard's files, put into the binary by the compiler: `freshet` stays one file that runs anywhere. C23's #embed
// costs no time, where SwiftPM's embedInCode took half a minute for as many bytes, in every build of the server.

#include "freshet_dashboard.h"

#include <assert.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char api_js[] = {
#embed "../FreshetServer/Dashboard/api.js"
};

static const unsigned char app_js[] = {
#embed "../FreshetServer/Dashboard/app.js"
};

static const unsigned char catalogue_js[] = {
#embed "../FreshetServer/Dashboard/catalogue.js"
};

static const unsigned char charts_js[] = {
#embed "../FreshetServer/Dashboard/charts.js"
};

static const unsigned char dashboard_css[] = {
#embed "../FreshetServer/Dashboard/dashboard.css"
};

static const unsigned char decisions_js[] = {
#embed "../FreshetServer/Dashboard/decisions.js"
};

static const unsigned char dialog_js[] = {
#embed "../FreshetServer/Dashboard/dialog.js"
};

static const unsigned char dom_js[] = {
#embed "../FreshetServer/Dashboard/dom.js"
};

static const unsigned char experimentchange_js[] = {
#embed "../FreshetServer/Dashboard/experimentchange.js"
};

static const unsigned char experimentform_js[] = {
#embed "../FreshetServer/Dashboard/experimentform.js"
};

static const unsigned char experiments_js[] = {
#embed "../FreshetServer/Dashboard/experiments.js"
};

static const unsigned char feedback_js[] = {
#embed "../FreshetServer/Dashboard/feedback.js"
};

static const unsigned char figures_js[] = {
#embed "../FreshetServer/Dashboard/figures.js"
};

static const unsigned char firstversion_js[] = {
#embed "../FreshetServer/Dashboard/firstversion.js"
};

static const unsigned char format_js[] = {
#embed "../FreshetServer/Dashboard/format.js"
};

static const unsigned char icon_svg[] = {
#embed "../FreshetServer/Dashboard/icon.svg"
};

static const unsigned char index_html[] = {
#embed "../FreshetServer/Dashboard/index.html"
};

static const unsigned char live_js[] = {
#embed "../FreshetServer/Dashboard/live.js"
};

static const unsigned char models_js[] = {
#embed "../FreshetServer/Dashboard/models.js"
};

static const unsigned char overview_js[] = {
#embed "../FreshetServer/Dashboard/overview.js"
};

static const unsigned char patch_js[] = {
#embed "../FreshetServer/Dashboard/patch.js"
};

static const unsigned char quality_js[] = {
#embed "../FreshetServer/Dashboard/quality.js"
};

static const unsigned char recommendations_js[] = {
#embed "../FreshetServer/Dashboard/recommendations.js"
};

static const unsigned char rules_js[] = {
#embed "../FreshetServer/Dashboard/rules.js"
};

static const unsigned char search_js[] = {
#embed "../FreshetServer/Dashboard/search.js"
};

static const unsigned char settings_js[] = {
#embed "../FreshetServer/Dashboard/settings.js"
};

static const unsigned char status_js[] = {
#embed "../FreshetServer/Dashboard/status.js"
};

static const struct freshet_dashboard_file files[] = {
    {"api.js", api_js, sizeof api_js},
    {"app.js", app_js, sizeof app_js},
    {"catalogue.js", catalogue_js, sizeof catalogue_js},
    {"charts.js", charts_js, sizeof charts_js},
    {"dashboard.css", dashboard_css, sizeof dashboard_css},
    {"decisions.js", decisions_js, sizeof decisions_js},
    {"dialog.js", dialog_js, sizeof dialog_js},
    {"dom.js", dom_js, sizeof dom_js},
    {"experimentchange.js", experimentchange_js, sizeof experimentchange_js},
    {"experimentform.js", experimentform_js, sizeof experimentform_js},
    {"experiments.js", experiments_js, sizeof experiments_js},
    {"feedback.js", feedback_js, sizeof feedback_js},
    {"figures.js", figures_js, sizeof figures_js},
    {"firstversion.js", firstversion_js, sizeof firstversion_js},
    {"format.js", format_js, sizeof format_js},
    {"icon.svg", icon_svg, sizeof icon_svg},
    {"index.html", index_html, sizeof index_html},
    {"live.js", live_js, sizeof live_js},
    {"models.js", models_js, sizeof models_js},
    {"overview.js", overview_js, sizeof overview_js},
    {"patch.js", patch_js, sizeof patch_js},
    {"quality.js", quality_js, sizeof quality_js},
    {"recommendations.js", recommendations_js, sizeof recommendations_js},
    {"rules.js", rules_js, sizeof rules_js},
    {"search.js", search_js, sizeof search_js},
    {"settings.js", settings_js, sizeof settings_js},
    {"status.js", status_js, sizeof status_js},
};

size_t freshet_dashboard_file_count(void) { return sizeof files / sizeof *files; }

struct freshet_dashboard_file freshet_dashboard_file_at(size_t index) {
    assert(index < freshet_dashboard_file_count());
    return files[index];
}
