{#-
    Behind int_behaviour_clusters_named: warns when behaviours share a quadrant, and so a name, while
    another one is empty.
-#}
{% macro check_quadrants() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- for row in run_query(
            'select count(*), count(distinct behaviour_profile) from ' ~ this
        ).rows if row[1] < [row[0], 4] | min -%}
            {{ exceptions.warn(
                row[0] ~ ' behaviours lie in ' ~ row[1] ~ ' of the four quadrants of worth and '
                ~ 'recency, so some share one, and its name with a number behind it. A larger '
                ~ 'kmeans_prior holds them apart; fewer behaviours (behaviour_cluster_count) need no '
                ~ 'such names.'
            ) }}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
