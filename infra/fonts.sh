#!/usr/bin/env bash
# Copies the fonts of documents from the npm packages into the folder that the
# function embeds. They are Noto fonts under the SIL Open Font License 1.1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
to=../functions/documents/fonts

# copy PACKAGE FAMILY WEIGHT NAME
copy() { cp "node_modules/@expo-google-fonts/$1/$3/$2_$3.ttf" "$to/$4.ttf"; }

copy noto-sans NotoSans 400Regular NotoSans-Regular
copy noto-sans NotoSans 600SemiBold NotoSans-SemiBold
copy noto-sans-devanagari NotoSansDevanagari 400Regular NotoSansDevanagari-Regular
copy noto-sans-devanagari NotoSansDevanagari 600SemiBold NotoSansDevanagari-SemiBold
copy noto-sans-arabic NotoSansArabic 400Regular NotoSansArabic-Regular
copy noto-sans-arabic NotoSansArabic 600SemiBold NotoSansArabic-SemiBold
copy noto-sans-jp NotoSansJP 400Regular NotoSansJP-Regular
