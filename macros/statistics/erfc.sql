{#-
    Complementary error function of x >= 0: the probability that a normal variable lies further than
    x * sqrt(2) standard deviations from its mean, to either side. Neither engine has it. Chebyshev
    fit of Press et al., Numerical Recipes (1992), section 6.2: the relative error is below 1.2e-7
    everywhere, also where the probability is tiny. `x` is a column or literal; it is repeated.
-#}
{% macro erfc(x) -%}
{%- set t = '(1 / (1 + ' ~ x ~ ' / 2))' -%}
{%- set coefficients = [
    1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277
] -%}
{%- set ns = namespace(polynomial='0.0') -%}
{%- for coefficient in coefficients | reverse -%}
    {%- set ns.polynomial = t ~ ' * (' ~ coefficient ~ ' + ' ~ ns.polynomial ~ ')' -%}
{%- endfor -%}
{{ t }} * exp(-{{ x }} * {{ x }} - 1.26551223 + {{ ns.polynomial }})
{%- endmacro %}
