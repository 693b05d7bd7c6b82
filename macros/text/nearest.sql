{#-
    The one of `names` that a misspelt name is nearest to, by the share of letter pairs that they have in
    common (Dice 1945); none if all are far. No SQL: variables are checked before there is a connection.
-#}
{% macro nearest(name, names) %}
    {%- set pairs = _letter_pairs(name) -%}
    {%- set best = namespace(name=none, share=0.6) -%}
    {%- for known in names | sort -%}
        {%- set others = _letter_pairs(known) -%}
        {%- set common = pairs | select('in', others) | list | length -%}
        {%- set share = 2 * common / ([(pairs | length) + (others | length), 1] | max) -%}
        {%- if share > best.share -%}
            {%- set best.name = known -%}
            {%- set best.share = share -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(best.name) -%}
{% endmacro %}

{% macro _letter_pairs(name) %}
    {%- set text = name | string | lower -%}
    {%- set pairs = [] -%}
    {%- for number in range((text | length) - 1) -%}
        {%- do pairs.append(text[number : number + 2]) -%}
    {%- endfor -%}
    {%- do return(pairs | unique | list) -%}
{% endmacro %}
