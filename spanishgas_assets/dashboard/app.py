"""The script that Streamlit runs for every click (``spanishgas dashboard`` starts it)."""

from spanishgas_assets.dashboard.screens.shell import draw

draw()
