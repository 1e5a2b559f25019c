"""Pictures: matplotlib; they take columns and an Axes, and know no class of this package."""
