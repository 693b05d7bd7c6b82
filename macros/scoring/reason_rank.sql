{#-
    The place of a feature by its column <feature>_contribution of `relation`: 1 for the largest, of
    equals the first by name, 4 for all behind the third.
-#}
{% macro reason_rank(feature, relation) -%}
    least(
        1
        {%- for other in clustered_features() if other != feature %}
        + case
            when
                {{ relation }}.{{ other }}_contribution
                {{ '>=' if other < feature else '>' }} {{ relation }}.{{ feature }}_contribution
                then 1
            else 0
        end
        {%- endfor %},
        4
    )
{%- endmacro %}
