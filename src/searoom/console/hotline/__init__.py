"""The hotline: what ministries write to each other, side by side in their languages, and every silence."""
