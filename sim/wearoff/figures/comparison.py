def draw_comparison(*a): pass
