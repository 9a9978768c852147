// FreshetLanguage
