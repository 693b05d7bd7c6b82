"""Campaigns: who is drawn, what can be measured of them, and the folder that keeps it."""
