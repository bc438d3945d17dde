"""The pages as Streamlit draws them; what they show is worked out beside this folder."""
