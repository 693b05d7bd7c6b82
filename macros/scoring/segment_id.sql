{#-
    Key of a segment: its behaviour cluster crossed with its taste cluster, such as B1T2; without
    taste the behaviour alone, such as B1.
-#}
{% macro segment_id(behaviour_cluster_id, taste_cluster_id) -%}
    'B' || cast({{ behaviour_cluster_id }} as {{ dbt.type_string() }})
    || case
        when {{ is_no_taste(taste_cluster_id) }} then ''
        else 'T' || cast({{ taste_cluster_id }} as {{ dbt.type_string() }})
    end
{%- endmacro %}

{#- Whether a taste cluster is that of all: a model of one taste numbers it 0, as NO_TASTE in Python. -#}
{% macro is_no_taste(taste_cluster_id) -%}
    {{ taste_cluster_id }} = 0
{%- endmacro %}
